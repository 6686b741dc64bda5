// A resource of a suite's file, in either of FHIR's forms.

#pragma once

#include "model/json.h"
#include "suite/suite.h"

namespace fingerpost::suite {

// With wide limits, since suites are trusted.
Result<model::ReadTree> read_resource(const Setting& setting, std::string text,
                                      model::Model model = model::Model::r4);
Result<model::ReadTree> read_resource_file(const Setting& setting,
                                           const std::filesystem::path& file);

Limits wide_limits();

std::string to_json(const model::Definitions& definitions, const Tree& tree);

}  // namespace fingerpost::suite
