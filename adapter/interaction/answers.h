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
// A commit that failed. A version that is not the expected one is 412, not 409; a SearchParameter
// that cannot be searched by is 422, and so is what a rule is against, which names the element.
Answer commit_failure(const Error& error);

// Appends `"name":"text"`.
void write_member(std::string& out, std::string_view name, std::string_view text);

// Appends {"name":…,"value…":…} to a list of Parameters; `kind` is the type as value[x] has it. A
// Boolean or a Decimal comes as it is written.
void write_part(std::string& out, std::string_view name, std::string_view kind,
                std::string_view value);

// Appends {"relation":…,"url":…}.
void write_link(std::string& out, std::string_view relation, std::string_view url);

// Appends "link":[…]: self with the cursor it was asked by, if by one, and next when there is one.
void write_links(const Context& context, std::string& out, const std::string& path,
                 const std::vector<search::Pair>& used, const std::string& cursor,
                 const std::string& next);

// Appends an entry of a searchset; what is no match was included.
void write_entry(const Context& context, std::string& out, const store::Stored& stored, bool match);

// _count of a page, at most Limits::page_max; 0 is none.
Result<int> read_count(std::string_view text, const Limits& limits);

// base/path?pairs, percent-encoded.
std::string url_of(const Context& context, std::string_view path,
                   const std::vector<search::Pair>& pairs);

// Appends "response":{…} of a Bundle entry, without the resource.
void write_response(const Context& context, std::string& out, const Answer& answer);

}  // namespace fingerpost::interaction
