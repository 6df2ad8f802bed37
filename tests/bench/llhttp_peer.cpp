#include <llhttp.h>

#include "kept_fields.hpp"

std::size_t bench::fields_by_llhttp(std::string_view head) {
    static Kept kept;
    static const llhttp_settings_t settings = [] {
        llhttp_settings_t made;
        llhttp_settings_init(&made);
        keep_all<llhttp_t>(made);
        return made;
    }();
    kept.fields.clear();
    llhttp_t parser;
    llhttp_init(&parser, HTTP_REQUEST, &settings);
    parser.data = &kept;
    return llhttp_execute(&parser, head.data(), head.size()) == HPE_OK ? kept.fields.size() : 0;
}
