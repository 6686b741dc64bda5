// Where extracts come from.

#pragma once

#include "fingerpost/translate.h"

#include <string>

namespace fingerpost::command {

// Whose extracts they are, and what holds of them.
struct ExtractSource {
  Format format = Format::emis;
  std::string partner;  // ""; or the id of one
  std::string folder;   // whose folders are watched for extracts; "": none is
  bool first_delta = false;
  int settle_seconds = 60;  // how long an extract's folder must have stayed as it is
  int poll_seconds = 5;

  // The name of its rows in the inbox.
  std::string id() const { return partner.empty() ? std::string(name(format)) : partner; }
};

}  // namespace fingerpost::command
