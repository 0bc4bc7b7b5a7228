# Run by the build: makes a C++ source, `made`, from the console's page, `page`, with the hashes by which browsers
# verify its script and style.
function(hash_between tag result)
  string(FIND "${html}" "<${tag}>" start)
  string(FIND "${html}" "</${tag}>" end)
  if(start LESS 0 OR end LESS start)
    message(FATAL_ERROR "${page}: there is no <${tag}>")
  endif()
  string(LENGTH "<${tag}>" length)
  math(EXPR start "${start} + ${length}")
  math(EXPR length "${end} - ${start}")
  string(SUBSTRING "${html}" ${start} ${length} text)
  string(SHA256 hash "${text}")
  set(${result} "${hash}" PARENT_SCOPE)
endfunction()

file(READ "${page}" html)
hash_between(script script_sha256)
hash_between(style style_sha256)

file(READ "${page}" digits HEX)
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${digits}")
string(REGEX REPLACE "((0x..,){32})" "\\1\n" bytes "${bytes}")
file(WRITE "${made}" "// Made of ${page}.
#include \"bridge/console_page.hpp\"

namespace wampfcgi::bridge {
namespace {
constexpr unsigned char bytes[] = {
${bytes}
};
}  // namespace

const std::string_view console_page::html{reinterpret_cast<const char*>(bytes), sizeof bytes};
const std::string_view console_page::script_sha256 = \"${script_sha256}\";
const std::string_view console_page::style_sha256 = \"${style_sha256}\";

}  // namespace wampfcgi::bridge
")
