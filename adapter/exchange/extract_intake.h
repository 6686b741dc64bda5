// A bulk extract into the store: looked through and translated whole before the first of it is
// committed.

#pragma once

#include "exchange/parts.h"
#include "exchange/translate.h"
#include "record/extract_stage.h"

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace fingerpost::exchange {

struct TakenExtract {
  bool repeated = false;      // it had been applied before: nothing was done
  std::string time;           // of the extract, as its format writes it
  std::size_t resources = 0;  // made or changed
  std::size_t retracted = 0;  // rows that it should have, being whole, and has not
  std::size_t warnings = 0;   // of severity warning and worse
};

using KeepTables = std::function<Result<void>(const std::map<std::string, std::string>& tables)>;

struct ExtractRules {
  bool first_delta = false;  // a delta may be the first that is taken of its source
  // Asked between batches; true ends the work there, as Kind::busy. None: nothing does.
  std::function<bool()> stop = nullptr;
};

// `where` of the error of an extract that is not to come any more: a later one, or another of its
// time, was applied.
constexpr std::string_view passed_by = "time";

// Batches are committed one by one, each with its Provenance, between an inbox row that says that
// it was begun (quarantined) and that row's end (applied): what a stop in between has left is
// finished by taking the same extract again, for all its ids are of its rows. A resource that comes
// in parts on several days is completed by what is stored; an error told of what is not stored is
// of no account; nothing is sent to anybody.
//
// Of a table that is there whole, what is stored of it and is not in it is removed as the format's
// own removed rows are (extract_retraction.h).
//
// What codes stand for goes from one extract to the next: `files` has the tables that were kept
// (ExtractFile::kept), and `keep` gets those to keep now, by name, when all else is stored.
//
// Refused before anything is written: what translate_extract refuses; Kind::conflict when a later
// extract of the source was applied, when another of the same time was, when another was begun and
// not finished, and when a delta follows one that was not applied, or comes first.
// `source` is a partner's id, or the format's name. One thread at a time for each
// source. Memory: that of translate_extract and one batch.
Result<TakenExtract> take_extract(const Parts& parts, const Translator& translator, Format format,
                                  const std::vector<record::ExtractFile>& files,
                                  const std::string& source, const KeepTables& keep = nullptr,
                                  const ExtractRules& rules = {});

// Puts an extract that was refused into the inbox, as the list of its files, with the reason. The
// same again is one row.
Result<void> keep_refused_extract(const Parts& parts, Format format,
                                  const std::vector<record::ExtractFile>& files,
                                  const std::string& source, const Error& reason);

}  // namespace fingerpost::exchange
