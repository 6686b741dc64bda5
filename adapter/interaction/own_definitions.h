// The server's own OperationDefinitions and SearchParameters, found by searches beside what clients
// stored; and the maps that it goes by.

#pragma once

#include "fingerpost/result.h"
#include "interaction/commit.h"
#include "interaction/context.h"
#include "search/plan.h"
#include "store/store.h"

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace fingerpost::interaction {

// Made when first asked for, and again when there are other search parameters. Any thread.
class OwnDefinitions {
 public:
  static bool has(std::string_view type) {
    return type == "OperationDefinition" || type == "SearchParameter";
  }

  // The page of those that the plan finds, and their number. They are looked at by their own values
  // alone: nothing that a chain, _has or words ask of others finds them.
  Result<store::Page> search(const Context& context, const search::Plan& plan);

  // The maps of now; null as long as they are those of the context.
  std::shared_ptr<const mapping::Maps> maps();
  void set_maps(std::shared_ptr<const mapping::Maps> maps);

 private:
  struct One {
    store::Stored resource;
    std::uint64_t reference = 0;
    search::IndexValues values;
  };
  using List = std::vector<One>;
  Result<std::shared_ptr<const List>> list_of(const Context& context);

  std::mutex mutex_;
  std::shared_ptr<const mapping::Maps> maps_;
  std::shared_ptr<const List> list_;
  std::uint64_t generation_ = 0;  // of the search parameters that it is indexed by
};

// Kind::invalid: one of them is a definition of a url that the server's own have, and searches
// would show two.
Result<void> check_not_own(const Context& context, const std::vector<Draft>& drafts);

// What the store finds, then what is the server's own: both are in the order that the plan asks
// for. `own` as the cursor said (own_cursor): the page is of the second alone.
Result<store::Page> search_with_own(const Session& session, const search::Plan& plan, bool own);

// Takes the mark of a page of the server's own from a cursor.
bool take_own_mark(std::string& cursor);

}  // namespace fingerpost::interaction
