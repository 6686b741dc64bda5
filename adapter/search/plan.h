// A search query checked and turned into tests on index rows (R4 search.html).

#pragma once

#include "fingerpost/issue.h"
#include "fingerpost/limits.h"
#include "fingerpost/result.h"
#include "search/index.h"
#include "search/words.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fingerpost::search {

// R4 search.html#prefix.
enum class Prefix : std::uint8_t { eq, ne, gt, lt, ge, le, sa, eb, ap };

struct DateTest {
  Prefix prefix = Prefix::eq;
  std::int64_t low = 0;
  std::int64_t high = 0;  // the last microsecond within
};
struct NumberTest {
  Prefix prefix = Prefix::eq;
  std::uint64_t unit = 0;
  double low = 0;  // the implicit precision: [low, high)
  double high = 0;
  double value = 0;
};
// within: the same, or more of it after a / ; or .
enum class TextMatch : std::uint8_t { starts, contains, ends, equals, exact, below, above, within };
struct TextTest {
  TextMatch match = TextMatch::starts;
  std::string text;  // folded for strings, as written for uris
  std::uint64_t exact = 0;
};

// R4 Location near: within so many metres of a place, over the sphere.
struct NearTest {
  double latitude = 0;
  double longitude = 0;
  double metres = 0;
};

// How a store finds the resources that may pass a criterion on hashes: each has a row of `key` with
// one of `hashes` in the index. No hashes: nothing there leads to them. Of a chain: how it finds
// those that refer to contained resources of the target's type.
struct Lead {
  KeyId key = 0;
  std::vector<std::uint64_t> hashes;  // sorted
  bool whole = true;                  // while it is made: every alternative has its hashes here
};

// One parameter of the query: it holds when any of its alternatives does (R4: comma is "or").
struct Criterion {
  enum class Test : std::uint8_t {
    hash,          // a row of `key` has one of `hashes`
    date,          // a row of `key` passes one of `dates`
    number,        // …
    text,          // …
    near,          // …
    missing,       // there is no value of `key`
    id,            // the resource's own reference_hash is one of `hashes`
    last_updated,  // the resource's time passes one of `dates`
    words,         // it has all words of one of the groups in `words`
    composite,     // an element of `key` passes one of `parts`, whose keys are components' numbers
    chain,         // a reference of `key` leads to a resource of `target` that passes all `parts`
    has,           // a resource of `target` that passes all `parts` refers here by its `key`
    all,           // it passes all `parts`
    any            // it passes one of `parts`; none of them: nothing passes
  };
  Test test = Test::hash;
  bool negated = false;  // :not, :missing=false
  KeyId key = 0;
  std::vector<std::uint64_t> hashes;  // sorted
  Lead lead;                          // of tests by hash, composite and has
  std::vector<DateTest> dates;
  std::vector<NumberTest> numbers;
  std::vector<TextTest> texts;
  std::vector<NearTest> places;
  WordTests words;
  std::string target;
  // Values of a reference that are an id alone, and what each may be. R4 search.html#reference: a
  // store refuses one that resources of several types have.
  struct LoneId {
    std::string where;  // the parameter's name as written
    std::vector<std::uint64_t> hashes;
  };
  std::vector<LoneId> lone_ids;
  // :below and :above of references: a store adds to `hashes`, and to the lead, what lies under
  // those, or what those lie under, by references of these keys ("Location.partof").
  enum class Reach : std::uint8_t { itself, below, above };
  Reach reach = Reach::itself;
  struct Parent {
    KeyId key = 0;
    KeyId lead = 0;
  };
  std::vector<Parent> parents;
  // Of a chain whose references may be canonical urls: the target's key that has its own url.
  KeyId url_key = 0;
  std::vector<Criterion> parts;

  // Whether all that the lead finds pass.
  bool lead_decides() const {
    return test == Test::hash && lead.key == key && lead.hashes == hashes;
  }
};

struct SortKey {
  enum class By : std::uint8_t { key, last_updated, id, distance };
  By by = By::key;
  bool descending = false;
  KeyId key = 0;
  std::vector<NearTest> places;  // By::distance: from the nearest of these
};

// _include: follow `key` of resources of `source`; _revinclude: resources of `source` whose `key`
// refers to them.
struct Include {
  std::string source;  // the type that has the reference
  KeyId key = 0;
  KeyId lead = 0;      // the key under which the index has it
  std::string target;  // only this type; empty: any
  bool reverse = false;
  bool iterate = false;         // from what was included too
  std::vector<KeyId> url_keys;  // of references that may be canonical: where targets have theirs
};

enum class Handling { strict, lenient };
enum class Total { none, estimate, accurate };
enum class Summary { no, yes, text, data, count };

// A query parameter as it came, percent-decoding done: ("subject:Patient", "123,124").
using Pair = std::pair<std::string, std::string>;

// The place where a page ended: the sort keys' values of the last match, and its row.
struct Place {
  std::vector<std::string> sort_values;  // bytes that compare like the values; made by sort_value()
  std::int64_t row = 0;
};

struct Plan {
  const Parameters* parameters = nullptr;    // whose keys it carries; must outlive the plan, but
  std::shared_ptr<const Parameters> holder;  // where a shared_ptr holds them, the plan does too
  std::string type;
  std::vector<Criterion> criteria;  // all must hold
  std::vector<SortKey> sort;        // empty: in order of creation
  std::vector<Include> includes;
  int count = 0;  // matches of a page; 0: only the total
  Total total = Total::none;
  Summary summary = Summary::no;
  std::vector<std::string> elements;
  std::vector<Pair> used;         // what was understood, for the self link; without the cursor
  Issues ignored;                 // what lenient handling dropped
  std::vector<Plan> others;       // the other types of a search over several: what they select
                                  // and how they sort
  std::optional<Place> after;     // start after this place
  std::uint64_t fingerprint = 0;  // of all that decides which matches come in which order
};

struct Concept {
  std::string system;
  std::string code;
};
// What a code is to be of, by a modifier: in a value set, below or above a concept (itself too).
enum class Relation : std::uint8_t { in, below, above };
// The concepts that `text` names: a value set's url, or system|code. An error says why that cannot
// be told.
using Resolve =
    std::function<Result<std::vector<Concept>>(Relation relation, std::string_view text)>;

// Whose compartment is searched: Patient/123/Condition.
struct Compartment {
  std::string_view type;
  std::string_view id;
};

struct Query {
  std::string_view type;                     // "": over all types, or those that _type names
  const std::vector<Pair>* pairs = nullptr;  // "_cursor" carries a Page's `next`
  Handling handling = Handling::strict;
  std::string_view base_url;  // absolute references to here are local: "http://host/fhir"
  std::int64_t now_us = 0;    // for the prefix ap
  std::optional<Compartment> compartment;
  Resolve resolve;  // of :in, :not-in, :below, :above; empty: they are not offered
};

// Kind::invalid with `where` the parameter's name: an unknown parameter (the text names the nearest
// known one), a value that cannot be read, a cursor of another query, more than a limit. Kind::
// unsupported: R4 has it, we do not. Unknown type: Kind::not_found. `_format` and `_pretty` are
// kept, not obeyed.
Result<Plan> plan(const Parameters& parameters, const Query& query, const Limits& limits);

// The cursor text that continues `plan` after `place`; opaque, signed and bound to the query.
std::string cursor(const Plan& plan, const Place& place);

// The resource a row belongs to, as far as tests need it.
struct Row {
  std::uint64_t reference = 0;  // reference_hash of itself
  std::int64_t last_updated = 0;
  std::string_view id;
  const IndexValues* values = nullptr;
  const std::vector<KeyId>* present = nullptr;  // sorted
};

bool passes(const DateTest& test, std::int64_t low, std::int64_t high);
bool passes(const NumberTest& test, double low,
            double high);  // its unit is the caller's to compare
bool passes(const TextTest& test, std::string_view text, std::uint64_t exact);
bool passes(const NearTest& test, double latitude, double longitude);

// Whether the resource passes, by its rows alone. What needs other resources or its words (chain,
// has, all, any, words) is the store's.
bool matches(const Criterion& criterion, const Row& row);
// The bytes by which it sorts; a missing value sorts last whichever the direction.
std::string sort_value(const SortKey& key, const Row& row);
// What a sort value holds, to go on from there in an index: the time of one by last_updated, the
// value of one by a key. Nothing when it holds none.
std::optional<std::int64_t> sorted_time(const SortKey& key, std::string_view value);
struct SortedValue {
  enum class Is : std::uint8_t { date, number, text };
  Is is = Is::date;
  std::int64_t date = 0;
  double number = 0;
  std::string text;  // its beginning, when it is long
};
std::optional<SortedValue> sorted_value(const SortKey& key, std::string_view value);
// The bytes by which a value sorts, as sort_value makes them.
std::string sort_value(const SortKey& key, const SortedValue& value);

}  // namespace fingerpost::search
