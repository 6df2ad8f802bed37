// The main() of unit-tests and of integration-tests: each other file adds its cases by itself.
// Written out because the one of BOOST_TEST_MODULE would have to be asked for in the precompiled
// header, and so in every file.

#include <boost/test/unit_test.hpp>

int main(int argc, char** argv) {
    return boost::unit_test::unit_test_main([] { return true; }, argc, argv);
}
