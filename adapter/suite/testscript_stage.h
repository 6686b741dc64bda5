// What a TestScript has on stage while it is played: its fixtures, what was sent and what came
// back. Internal to suite/.

#pragma once

#include "model/json.h"
#include "profile/validator.h"
#include "suite/testscript.h"
#include "wire/json_view.h"

#include <map>
#include <memory>
#include <optional>

namespace fingerpost::suite {

// A request or a response, and the resource it carries.
struct Carried {
  HttpMessage message;
  std::shared_ptr<const model::ReadTree> resource;  // null: none that can be read
};

std::string_view resource_type(const model::Definitions& definitions, const Tree& tree);

class Stage {
 public:
  Stage(const Setting& setting, const TestScripts& with, wire::JsonView script,
        const std::filesystem::path& folder);

  // The fixtures in their files. Kind::not_found names one that is not there.
  Result<void> load_fixtures();

  // By fixture id, responseId or requestId; null when there is none.
  const Carried* find(std::string_view id) const;
  const Carried& request() const { return request_; }    // the last
  const Carried& response() const { return response_; }  // its answer
  std::string_view profile(std::string_view id) const;   // its canonical

  // "${name}" replaced. Kind::not_found: there is no such variable, or nothing to take it from.
  Result<std::string> filled(std::string_view text) const;
  // The values of a FHIRPath, or of a plain XPath, in the resource.
  Result<std::vector<std::string>> values(const Carried& of, std::string_view expression) const;
  static std::string path_of(std::string_view xpath);  // "" when it is not of the plain form

  Result<void> operate(wire::JsonView operation);

  const Setting& setting() const { return setting_; }

 private:
  Result<std::string> variable(std::string_view name) const;
  Result<std::string> url_of(wire::JsonView operation, std::string_view code) const;
  Result<std::string> place_of(std::string_view id) const;  // "Patient/1"
  Result<std::string> body_of(wire::JsonView operation, std::string_view url,
                              std::string_view media_type) const;
  std::string server_of(wire::JsonView operation) const;
  std::shared_ptr<const model::ReadTree> resource_in(const HttpMessage& message) const;

  const Setting& setting_;
  const TestScripts& with_;
  wire::JsonView script_;
  std::filesystem::path folder_;
  std::map<std::string, Carried, std::less<>> known_;
  Carried request_, response_;
};

// "" when the assert holds; else what it wanted, and what there was.
struct Failure {
  std::string wanted, found;
};
std::optional<Failure> check(const Stage& stage, wire::JsonView assertion,
                             const profile::Validator& validator);

}  // namespace fingerpost::suite
