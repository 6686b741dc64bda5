// Resources that a rule adds to a commit beside what was asked for.

#pragma once

#include "exchange/neighbourhood.h"
#include "exchange/parts.h"
#include "fingerpost/tree.h"

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace fingerpost::exchange {

// The resource of the body with the members of a JSON text, `"a":…,"b":…`, in place of its own.
Result<Tree> with_members(const Parts& parts, const std::string& body, const std::string& type,
                          const std::string& members);

// Adds the write of a resource; version 0: there is none yet, and a commit that makes it first is
// a conflict. From then on `near` finds it.
void add_write(const Parts& parts, Neighbourhood& near, Tree tree, const std::string& id,
               std::int64_t version, store::Unit& unit);

// As add_write, of JSON, unless the id was ever used, or the unit writes it.
Result<bool> add_once(const Parts& parts, Neighbourhood& near, const std::string& json,
                      const std::string& type, const std::string& id, store::Reader& reader,
                      store::Unit& unit);

// Whether the unit puts the resource already.
bool writes(const store::Unit& unit, std::string_view type, std::string_view id);

// Every match of a search, and that there are no others, as a guard.
Result<store::SearchGuard> find_all(const Parts& parts, store::Reader& reader,
                                    const std::string& type, std::vector<search::Pair> pairs);

// Looks at every match of a search, page by page, and says how many looks failed: what is wrong
// with one resource keeps nobody from looking at the others. An error is the store's own.
using Look = std::function<Result<void>(const store::Stored& stored)>;
Result<std::size_t> look_at_all(const Parts& parts, store::Reader& reader, const std::string& type,
                                std::vector<search::Pair> pairs, const Look& look);

std::string json_of(const Parts& parts, NodeRef node);
// `"name":value,`; nothing where there is no node.
std::string member_of(const Parts& parts, std::string_view name, NodeRef node);
std::string coded(std::string_view system, std::string_view code, std::string_view more = "");

}  // namespace fingerpost::exchange
