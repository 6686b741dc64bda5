// Answers made from what the store says, and the pieces of Bundles written as text: a stored body
// goes into a Bundle as it stands, unparsed.

#pragma once

#include "interaction/answer.h"
#include "interaction/context.h"
#include "search/plan.h"
#include "store/store.h"

#include <string>
#include <string_view>
#include <vector>

namespace fingerpost::interaction {

Answer answer_of(store::Stored stored);
// The part of it that the pairs ask for.
Answer answer_of(const Context& context, store::Stored stored,
                 const std::vector<search::Pair>& pairs);
// A commit that failed. A version that is not the expected one is 412, not 409.
Answer commit_failure(const Error& error);

// Appends `"name":"text"`.
void write_member(std::string& out, std::string_view name, std::string_view text);

// Appends {"relation":…,"url":…}.
void write_link(std::string& out, std::string_view relation, std::string_view url);

// base/path?pairs, percent-encoded.
std::string url_of(const Context& context, std::string_view path,
                   const std::vector<search::Pair>& pairs);

// Appends "response":{…} of a Bundle entry, without the resource.
void write_response(const Context& context, std::string& out, const Answer& answer);

}  // namespace fingerpost::interaction
