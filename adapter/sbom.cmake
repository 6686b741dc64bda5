# What the program is made of, as a CycloneDX document beside it (fingerpost.cdx.json), written anew
# whenever the build is configured: a library that it links under another soname fails a test
# (tests/command/hardening_test.cpp).

# The text of a macro of a header, without quotes; several give their values with dots between.
function(version_in out header)
  set(parts)
  foreach(macro IN LISTS ARGN)
    find_file(found_header ${header} NO_CACHE REQUIRED)
    file(STRINGS ${found_header} line REGEX "#[ ]*define[ ]+${macro}[ ]" LIMIT_COUNT 1)
    unset(found_header)
    string(REGEX REPLACE ".*define[ ]+${macro}[ ]+\"?([^\" /]*)\"?.*" "\\1" part "${line}")
    list(APPEND parts "${part}")
  endforeach()
  list(JOIN parts "." version)
  set(${out} "${version}" PARENT_SCOPE)
endfunction()
version_in(rapidjson_version rapidjson/rapidjson.h
  RAPIDJSON_MAJOR_VERSION RAPIDJSON_MINOR_VERSION RAPIDJSON_PATCH_VERSION)
version_in(cli11_version CLI/Version.hpp CLI11_VERSION)
version_in(toml_version toml++/impl/version.h TOML_LIB_MAJOR TOML_LIB_MINOR TOML_LIB_PATCH)
# RE2 tells no version of its own where it was built by make: that of its interface is the file's.
set(re2_version "${RE2_VERSION}")
if(re2_version STREQUAL "0.0.0")
  file(REAL_PATH ${RE2_LINK_LIBRARIES} re2_file)
  string(REGEX REPLACE ".*[.]so[.]" "" re2_version "${re2_file}")
endif()
execute_process(COMMAND getconf GNU_LIBC_VERSION OUTPUT_VARIABLE glibc_version
  OUTPUT_STRIP_TRAILING_WHITESPACE)
string(REPLACE "glibc " "" glibc_version "${glibc_version}")

# name | version | licence, as SPDX has it | sonames; none where the headers are all that is used.
set(sbom_parts
  "boost|${Boost_VERSION_STRING}|BSL-1.0|libboost_url.so"
  "rapidjson|${rapidjson_version}|MIT|"
  "cli11|${cli11_version}|BSD-3-Clause|"
  "tomlplusplus|${toml_version}|MIT|"
  "openssl|${OPENSSL_VERSION}|Apache-2.0|libcrypto.so libssl.so"
  "curl|${CURL_VERSION_STRING}|curl|libcurl.so"
  "sqlite|${SQLite3_VERSION}|blessing|libsqlite3.so"
  "zlib|${ZLIB_VERSION_STRING}|Zlib|libz.so"
  "zstd|${ZSTD_VERSION}|BSD-3-Clause|libzstd.so"
  "re2|${re2_version}|BSD-3-Clause|libre2.so"
  "libstdc++|${CMAKE_CXX_COMPILER_VERSION}|GPL-3.0-or-later WITH GCC-exception-3.1|libstdc++.so libgcc_s.so"
  "glibc|${glibc_version}|LGPL-2.1-or-later|libc.so libm.so ld-linux-x86-64.so ld-linux-aarch64.so")
set(sbom_components)
foreach(part IN LISTS sbom_parts)
  string(REGEX MATCH "^([^|]*)[|]([^|]*)[|]([^|]*)[|](.*)$" all "${part}")
  set(name "${CMAKE_MATCH_1}")
  set(version "${CMAKE_MATCH_2}")
  set(licence "${CMAKE_MATCH_3}")
  set(sonames "${CMAKE_MATCH_4}")
  list(APPEND sbom_components "    {\"type\": \"library\", \"bom-ref\": \"${name}\", \"name\": \"${name}\", \"version\": \"${version}\",
     \"licenses\": [{\"expression\": \"${licence}\"}],
     \"properties\": [{\"name\": \"fingerpost:soname\", \"value\": \"${sonames}\"}]}")
endforeach()
list(JOIN sbom_components ",\n" sbom_components)
file(WRITE ${PROJECT_BINARY_DIR}/fingerpost.cdx.json "{
  \"bomFormat\": \"CycloneDX\",
  \"specVersion\": \"1.5\",
  \"version\": 1,
  \"metadata\": {\"component\": {\"type\": \"application\", \"bom-ref\": \"fingerpost\",
    \"name\": \"fingerpost\", \"version\": \"${PROJECT_VERSION}\"}},
  \"components\": [
${sbom_components}
  ]
}
")
