// What was asked on the command line: one struct a subcommand.

#pragma once

#include "command/address.h"
#include "command/files.h"
#include "fingerpost/translate.h"

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace fingerpost::command {

struct Serve {
  std::string version;  // of the program
  SharedPaths shared;
  std::string config;
  std::string data;             // empty: the configuration's
  std::optional<Address> http;  // none: the configuration's
  std::optional<Address> mllp;
};

struct Translate {
  SharedPaths shared;
  Format format = Format::gpconnect;  // of the files; when they are FHIR, of what is printed
  bool from_fhir = false;
  std::string report;    // file for the loss report; empty: none is written
  std::string config;    // partners and their concept maps
  std::string partner;   // who sent it
  std::string use_case;  // of BaRS messages; empty: the configuration's
  std::string now;       // the instant that maps see; empty: the clock's
  bool trace = false;
  std::vector<std::string> files;
};

// Extracts to be put into a store.
struct ApplyExtract {
  SharedPaths shared;
  Format format = Format::emis;
  std::string data;
  std::string config;   // partners and their concept maps
  std::string partner;  // who sent them
  bool first_delta = false;
  std::vector<std::string> folders;
};

// The cases beside the maps to be run.
struct TestMappings {
  SharedPaths shared;
  std::string config;  // its partners' tables and cases too
};

struct Validate {
  SharedPaths shared;
  std::vector<std::string> packages;  // folders, .tgz or files of definitions
  std::vector<std::string> profiles;  // asked for, beside what the resources claim
  // What the unknown is told as: "error", "warning" or "information"; empty: as the validator does.
  std::string unknown_extension, unknown_profile, wrong_display;
  std::vector<std::string> files;
};

struct Snapshot {
  SharedPaths shared;
  std::vector<std::string> packages;
  std::string file;
};

struct FhirPath {
  SharedPaths shared;
  std::vector<std::string> packages;
  std::string expression;
  std::string file;
};

struct Transform {
  SharedPaths shared;
  bool standard = false;  // maps that do not say their dialect are standard ones
  std::vector<std::string> packages;
  std::vector<std::string> maps;
  std::vector<std::string> definitions;  // folders of StructureDefinitions and ConceptMaps
  std::string source;
  std::string now;
};

struct Convert {
  enum class Form { json, xml };
  SharedPaths shared;
  Form form = Form::json;
  std::string file;
};

// A public test suite to be run.
struct Conformance {
  SharedPaths shared;
  std::string suite;  // one of suite_names()
  std::vector<std::string> files;
  std::string inputs;  // of fhirpath and testscript: the folder of the resources they name
  std::vector<std::string> servers;    // of testscript: base URLs
  std::vector<std::string> variables;  // of testscript: NAME=VALUE
  std::string expected;                // "name: reason" a line; empty: no failure is expected
};

// What an operator asks of the inbox or the outbox.
struct Queue {
  enum class Box { inbox, outbox, maps };
  enum class Action { list, show, retry, cancel, lanes, hold, release, reload, replay };
  Box box = Box::inbox;
  Action action = Action::list;
  std::string data;
  std::string status;      // of list: only rows of this status
  std::string order;       // of list: "newest" or "oldest" first; "": as its box is usually read
  std::int64_t after = 0;  // of list: behind this row
  std::string id;          // of hold and release: a lane; of the others: a row
  std::string lane;        // of retry: all dead rows of this lane
  bool all_dead = false;   // of retry: of every lane
  std::string partner;     // of replay: all applied messages of this source
  bool force = false;      // of retry: whatever was delivered since
  bool dry_run = false;    // of replay: says what it would do
  bool values = false;     // of replay: what was and what will be, beside the places
  int limit = 50;
};

struct MllpSend {
  Address to;
  std::vector<std::string> files;
  int timeout_s = 30;
};

struct MllpListen {
  Address at;
  int count = 0;      // messages to wait for; 0: goes on for ever
  int timeout_s = 0;  // 0: waits for ever
};

struct ConfigCheck {
  SharedPaths shared;
  std::string file;
};

struct Backup {
  std::string data;
  std::string to;
};

struct Check {
  SharedPaths shared;
  std::string data;
};

// Of the audit of a data folder: whether nobody changed it, or what stands in it.
struct Audit {
  enum class Action : std::uint8_t { verify, list };
  Action action = Action::verify;
  std::string data;
  std::string head;  // "12:9f86d0…", which the chain must still have; "": not asked
  std::string patient, client, did, from, to;
  int limit = 100;
};

using Command = std::variant<Serve, Translate, Validate, Snapshot, FhirPath, Transform, Convert,
                             Conformance, Queue, MllpSend, MllpListen, ConfigCheck, Backup, Check,
                             TestMappings, ApplyExtract, Audit>;

}  // namespace fingerpost::command
