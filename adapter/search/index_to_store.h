// The rows of a resource that is about to be stored.

#pragma once

#include "search/index.h"

#include <optional>
#include <string>

namespace fingerpost::search {

// As index(), by those parameters alone that can be evaluated for the resource and for what it
// contains. Where an expression fails, R4's own or a client's, or takes more steps than there are,
// the rows are of other parameters, which lack that one: the store counts the resource as not
// indexed by it, and searches by it say so, as they do during a reindex. What is compared with a
// plan's keys is made by index().
// With them come the resource's words, so that no store need read its body for them.
IndexValues index_to_store(const Parameters& parameters, NodeRef resource);

// The words as Words::text_of_json would read them from the body, taken out of the rows, where they
// stand as the text of no key; nothing when they did not come.
std::optional<std::string> take_words(IndexValues& values);

}  // namespace fingerpost::search
