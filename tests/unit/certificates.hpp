#pragma once

#include <boost/test/unit_test.hpp>

#include <cstdlib>
#include <filesystem>
#include <string>

/// Certificates, made by the command openssl in a folder of their own, which goes with this.
class Certificates {
public:
    Certificates() {
        std::string pattern =
            (std::filesystem::temp_directory_path() / "cyclone-tls-XXXXXX").string();
        BOOST_REQUIRE(::mkdtemp(pattern.data()) != nullptr);
        folder_ = pattern;
    }
    Certificates(const Certificates&) = delete;
    Certificates& operator=(const Certificates&) = delete;
    ~Certificates() { std::filesystem::remove_all(folder_); }

    /// One that signs itself; `names` as subjectAltName has them: "DNS:localhost,IP:127.0.0.1".
    void make(const std::string& name, const std::string& names) const {
        make(name, "/CN=" + name, " -addext subjectAltName=" + names);
    }
    /// `subject` as openssl takes it: "/O=Example/CN=Alice"; `more`: further arguments.
    void make(const std::string& name, const std::string& subject, const std::string& more) const {
        const std::string command =
            "openssl req -x509 -utf8 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days "
            "2 -subj '" +
            subject + "' " + more + " -keyout " + key(name) + " -out " + certificate(name) +
            " 2>/dev/null";
        BOOST_REQUIRE(std::system(command.c_str()) == 0);
    }
    /// To be given to make() as further arguments.
    std::string signed_by(const std::string& authority) const {
        return " -CA " + certificate(authority) + " -CAkey " + key(authority);
    }
    std::string certificate(const std::string& name) const {
        return (folder_ / (name + ".pem")).string();
    }
    std::string key(const std::string& name) const { return (folder_ / (name + ".key")).string(); }

private:
    std::filesystem::path folder_;
};
