// TestScripts (R4 testscript.html) played against servers, as testers play them.

#pragma once

#include "suite/suite.h"

#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fingerpost::suite {

struct HttpMessage {
  std::string method;  // of a request
  std::string url;     // of a request: absolute
  int status = 0;      // of a response
  std::vector<std::pair<std::string, std::string>> fields;
  std::string body;

  // The first field of the name, whatever its letters' case; "" when there is none.
  std::string_view field(std::string_view name) const;
};

// One request and its response. An error stops the script: the server cannot be reached.
using Exchange = std::function<Result<HttpMessage>(const HttpMessage& request)>;

struct TestScripts {
  // Base URLs without a slash at the end. Destination 1 is the first; a script that names more
  // destinations than there are uses the last.
  std::vector<std::string> servers;
  // Where fixtures are looked for, beside the script's own folder: "Patient/example" is
  // Patient/example.json or .xml, or Patient-example.json or .xml.
  std::vector<std::filesystem::path> folders;
  Exchange exchange;
  std::map<std::string, std::string> variables;  // by name: before what the script says of them
};

// Each test of each script is a case, "file/test", and so is a setup that does not come through:
// its tests are skipped then, as they are when a fixture is not to be had. An assert that is
// warningOnly never fails. What a script asks in an extension is skipped, not passed.
//
// A fixture that is sent to the URL of another id is sent with that id. An XPath of the plain form
// fhir:a/fhir:b/@value is read as the FHIRPath it stands for; any other fails its assert.
Result<Report> run_testscripts(const Setting& setting, std::span<const std::filesystem::path> files,
                               const TestScripts& with);

}  // namespace fingerpost::suite
