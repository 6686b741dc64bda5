#include "profile/snapshot.h"

#include "base/text.h"
#include "profile/snapshot_check.h"
#include "profile/snapshot_merge.h"
#include "profile/view.h"

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace fingerpost::profile {
namespace {

constexpr std::string_view core_url = "http://hl7.org/fhir/StructureDefinition/";
constexpr std::size_t npos = std::string::npos;

// An element of the snapshot being made; its node is in the work tree.
struct Row {
  std::string id, path;
  NodeId node = no_node;
};

// "identifier:nhs" of an element's id.
struct Segment {
  std::string name, slice;
  std::string text() const { return slice.empty() ? name : name + ':' + slice; }
};

std::vector<Segment> split_id(std::string_view id) {
  std::vector<Segment> segments;
  while (!id.empty()) {
    const auto dot = id.find('.');
    const auto part = id.substr(0, dot);
    const auto colon = part.find(':');
    segments.push_back({std::string(part.substr(0, colon)),
                        colon == npos ? std::string() : std::string(part.substr(colon + 1))});
    id = dot == npos ? std::string_view() : id.substr(dot + 1);
  }
  return segments;
}

constexpr std::ptrdiff_t most_deep = 64;       // segments of a path
constexpr std::size_t most_path_bytes = 1000;  // of a path or an id

class Generator {
 public:
  Generator(const model::Definitions& definitions, const Tree& definition,
            const FindDefinition& find, Budget& budget)
      : definitions_(definitions),
        definition_(definition),
        budget_(budget),
        find_(find),
        work_(definitions.names()),
        root_(definition, definition.root()),
        element_(definitions.names().find("element")) {}

  Result<Snapshot> run() {
    const View base_url = root_["baseDefinition"];
    if (!base_url) return Error{Kind::invalid, "the definition has no base", "baseDefinition"};
    const Tree* base = find_(without_version(base_url.text()));
    if (base == nullptr)
      return Error{Kind::not_found, "the base definition is not known", "baseDefinition"};
    work_.set_type(work_.root(), definitions_.find("StructureDefinition.snapshot"));
    start(*base);
    int index = 0;
    std::optional<Error> bad;
    root_["differential"].each("element", [&](View element) {
      place_ = "StructureDefinition.differential.element[" + std::to_string(index++) + "]";
      if (!bad) bad = apply(element);
    });
    if (!bad && budget_.over) bad = too_large();
    if (bad) return *std::move(bad);
    return finish();
  }

 private:
  Error too_large() const {
    return Error{Kind::too_costly,
                 "the definition has more elements or takes more work than a definition may",
                 place_};
  }

  // A copy in the work tree; none when the budget is over, which ends all.
  NodeId copy(const Tree& from, NodeId node) {
    if (!budget_.charge_copy(from, node)) return no_node;
    return work_.copy(from, node, work_.root());
  }

  // Room for more rows, whose ids and paths are copied too.
  bool room_for(std::size_t rows, std::size_t longest) {
    return longest <= 2 * most_path_bytes ? budget_.fits(rows_.size() + rows)
                                          : budget_.fits(budget_.elements + 1);
  }

  void report(std::string text) {
    issues_.push_back({Severity::error, "value", place_, std::move(text)});
  }

  void start(const Tree& base) {
    const View base_root(base, base.root());
    base_root["snapshot"].each("element", [&](View element) {
      const auto path = element["path"].text();
      const auto id = element["id"].text();
      if (!room_for(1, std::max(path.size(), id.size()))) return;
      const NodeId node = copy(base, element.node());
      if (node == no_node) return;
      rows_.push_back({std::string(id.empty() ? path : id), std::string(path), node});
    });
    const auto type = root_["type"].text();
    if (rows_.empty() || type.empty() || rows_[0].path == type) return;
    for (auto& row : rows_) rename(row, rows_.data() == &row ? row.path : "", type);
  }

  // A specialization's elements are called after the new type.
  void rename(Row& row, std::string_view, std::string_view type) {
    const auto tail = [](const std::string& text) {
      const auto dot = text.find('.');
      return dot == npos ? std::string() : text.substr(dot);
    };
    row.id = std::string(type) + tail(row.id);
    row.path = std::string(type) + tail(row.path);
    name(row);
  }

  void name(const Row& row) {
    put(definitions_, work_, row.node, "id", row.id);
    put(definitions_, work_, row.node, "path", row.path);
  }

  // --- where an element of the differential belongs ---

  // The segments of its id. An id that does not fit its path is not trusted: then the slices are
  // those of the elements before it.
  std::vector<Segment> segments_of(View element) {
    const auto path = element["path"].text();
    auto by_id = split_id(element["id"].text());
    auto by_path = split_id(path);
    const auto slice = element["sliceName"].text();
    bool fits = by_id.size() == by_path.size();
    for (std::size_t i = 1; fits && i < by_id.size(); ++i)
      fits = same_element(by_id[i], by_path[i]) &&
             (i + 1 < by_id.size() || by_id[i].slice == slice || slice.empty());
    if (fits && (by_id.back().slice == slice || slice.empty())) return by_id;
    std::string prefix;
    for (std::size_t i = 0; i < by_path.size(); ++i) {
      (prefix += prefix.empty() ? "" : ".") += by_path[i].name;
      const auto known = std::find_if(latest_.rbegin(), latest_.rend(),
                                      [&](const auto& pair) { return pair.first == prefix; });
      if (i + 1 == by_path.size()) {
        by_path[i].slice = slice;
      } else if (known != latest_.rend()) {
        by_path[i].slice = known->second;
      }
    }
    return by_path;
  }

  static bool same_element(const Segment& id, const Segment& path) {
    if (id.name == path.name) return true;
    const auto stem = std::string_view(id.name);
    return stem.ends_with("[x]") && path.name.starts_with(stem.substr(0, stem.size() - 3));
  }

  // What later elements without usable ids stand within.
  void remember(View element, const std::vector<Segment>& segments) {
    const std::string path(element["path"].text());
    std::erase_if(latest_, [&](const auto& pair) {
      return pair.first == path || pair.first.starts_with(path + ".");
    });
    latest_.emplace_back(path, segments.back().slice);
  }

  std::optional<Error> apply(View element) {
    const auto path = element["path"].text();
    if (path.empty()) return report("an element has no path"), std::nullopt;
    const auto id = element["id"].text();
    if (std::count(path.begin(), path.end(), '.') > most_deep ||
        std::count(id.begin(), id.end(), '.') > most_deep || path.size() > most_path_bytes ||
        id.size() > most_path_bytes || element["sliceName"].text().size() > most_path_bytes)
      return report("the path is too deep or too long"), std::nullopt;
    if (!budget_.charge(rows_.size() + static_cast<std::size_t>(most_deep) * latest_.size()))
      return too_large();
    const auto segments = segments_of(element);
    if (segments.size() == 1 && element["slicing"])
      return Error{Kind::invalid, "slicing at the root of a profile has no meaning", place_};
    std::size_t row = 0;
    for (std::size_t i = 1; i < segments.size(); ++i) {
      const auto next = step(row, segments[i]);
      if (budget_.over) return too_large();
      if (!next) {
        report("no such element in the base: check the path and the order");
        return std::nullopt;
      }
      row = *next;
    }
    in_order(row, segments);
    remember(element, segments);
    const View base(work_, rows_[row].node);
    const auto known = made_.contains(rows_[row].id) ? Known::made_here : Known::in_base;
    if (!budget_.charge(checks(base, element))) return too_large();
    for (auto& rule : widenings(definitions_, base, element, known, find_))
      report(std::string(path) + ": " + rule);
    merge_element(definitions_, definition_, element.node(), work_, rows_[row].node, budget_);
    if (!segments.back().slice.empty()) count_as_defined(element, rows_[row].node);
    name(rows_[row]);
    return std::nullopt;
  }

  // How many types and targets are held against those of the base, and values against its values.
  static std::uint64_t checks(View base, View differential) {
    const auto count = [](View element) {
      std::uint64_t sum = 1;
      element.each("type", [&](View type) {
        ++sum;
        type.each("targetProfile", [&](View) { ++sum; });
      });
      return sum;
    };
    const auto value = [](View element) {
      std::uint64_t sum = 0;
      for (const auto name : {"fixed", "pattern"})
        if (const View at = element[name]) sum += Budget::weight(at.tree(), at.node());
      return sum;
    };
    constexpr std::uint64_t of_a_part = 64;  // bytes of a value, about
    return count(base) * count(differential) +
           value(base) / of_a_part * (value(differential) / of_a_part);
  }

  static bool is_extension(View element) {
    return element["type"]["code"].text() == "Extension" && !element["type"].next_same();
  }

  // A slice that is one extension may be given as often as the extension's own root says, where the
  // differential says nothing.
  void count_as_defined(View differential, NodeId node) {
    const View element(work_, node);
    const View profile = element["type"]["profile"];
    if (!is_extension(element) || !profile || profile.next_same()) return;
    const Tree* defined = find_(without_version(profile.text()));
    if (defined == nullptr) return;
    const View root = View(*defined, defined->root())["snapshot"]["element"];
    if (!differential["max"] && root["max"].text() == "1")
      put(definitions_, work_, node, "max", "1");
  }

  // The differential's order is the base's (profiling.html#snapshot).
  void in_order(std::size_t row, const std::vector<Segment>& segments) {
    if (segments.size() != 2 || !segments[1].slice.empty()) return;
    if (rows_[row].path == last_path_) return;
    if (row < index_of(last_path_)) report("the element stands out of the base's order");
    last_path_ = rows_[row].path;
  }
  std::size_t index_of(const std::string& path) const {
    for (std::size_t i = 0; i < rows_.size(); ++i)
      if (rows_[i].path == path) return i;
    return 0;
  }

  std::size_t find_id(std::string_view id) const {
    for (std::size_t i = 0; i < rows_.size(); ++i)
      if (rows_[i].id == id) return i;
    return npos;
  }

  // Past the last row of the element, its children and its slices.
  std::size_t end_of(std::size_t row) const {
    const auto& id = rows_[row].id;
    std::size_t at = row + 1;
    while (at < rows_.size() && rows_[at].id.size() > id.size() && rows_[at].id.starts_with(id) &&
           (rows_[at].id[id.size()] == '.' || rows_[at].id[id.size()] == ':' ||
            rows_[at].id[id.size()] == '/'))
      ++at;
    return at;
  }
  // Past the last of its own children.
  std::size_t end_of_children(std::size_t row) const {
    std::size_t at = row + 1;
    while (at < rows_.size() && rows_[at].id.starts_with(rows_[row].id + ".")) ++at;
    return at;
  }

  std::optional<std::size_t> step(std::size_t row, const Segment& segment) {
    if (!budget_.charge(3 * rows_.size())) return std::nullopt;
    if (end_of_children(row) == row + 1 && !expand(row)) return std::nullopt;
    const std::string inside = rows_[row].id + ".";
    std::size_t at = find_id(inside + segment.name);
    if (at == npos) return choice(row, segment);
    if (segment.slice.empty()) return at;
    if (segment.name.ends_with("[x]")) return choice_slice(at, segment.slice);
    const View element(work_, rows_[at].node);
    if (!element["slicing"] && is_extension(element)) slice_by(element.node(), "value", "url");
    return slice(at, segment.slice);
  }

  // "valueQuantity" of an element value[x].
  std::optional<std::size_t> choice(std::size_t row, const Segment& segment) {
    const std::string inside = rows_[row].id + ".";
    const std::size_t end = end_of_children(row);
    for (std::size_t at = row + 1; at < end; ++at) {
      const std::string_view id = rows_[at].id;
      if (!id.ends_with("[x]") || id.find('.', inside.size()) != npos) continue;
      const auto stem = id.substr(inside.size(), id.size() - inside.size() - 3);
      if (!segment.name.starts_with(stem) || segment.name.size() == stem.size()) continue;
      if (type_among(at, std::string_view(segment.name).substr(stem.size())).empty()) continue;
      return choice_slice(at, segment.slice.empty() ? segment.name : segment.slice, segment.name);
    }
    return std::nullopt;
  }

  // The type code that the end of a choice's name means.
  std::string type_among(std::size_t row, std::string_view capital) const {
    std::string found;
    View(work_, rows_[row].node).each("type", [&](View type) {
      const auto code = type["code"].text();
      if (equal_ignoring_case(code.substr(0, 1), capital.substr(0, 1)) &&
          code.substr(1) == capital.substr(1))
        found = code;
    });
    return found;
  }

  std::optional<std::size_t> choice_slice(std::size_t row, const std::string& name,
                                          std::string_view typed_name = "") {
    const std::size_t known = find_id(rows_[row].id + ":" + name);
    if (known != npos) return known;
    std::string_view stem = rows_[row].id;
    stem = stem.substr(stem.rfind('.') + 1);
    stem.remove_suffix(3);
    if (typed_name.empty()) typed_name = name;
    std::string type;
    if (typed_name.starts_with(stem)) type = type_among(row, typed_name.substr(stem.size()));
    if (!View(work_, rows_[row].node)["slicing"]) slice_by(rows_[row].node, "type", "$this");
    const auto made = slice(row, name);
    if (made && !type.empty()) narrow(rows_[*made].node, type);
    return made;
  }

  // Open and in no order: so extensions are sliced, by their URLs, and choices, by their types,
  // where nothing else is said (R4 profiling.html#slicing).
  void slice_by(NodeId node, std::string_view type, std::string_view path) {
    const auto& names = definitions_.names();
    const NodeId slicing =
        work_.add(node, names.find("slicing"), definitions_.find("ElementDefinition.slicing"));
    const NodeId by = work_.add(slicing, names.find("discriminator"),
                                definitions_.find("ElementDefinition.slicing.discriminator"));
    put(definitions_, work_, by, "type", type);
    put(definitions_, work_, by, "path", path);
    put(definitions_, work_, slicing, "ordered", "false");
    put(definitions_, work_, slicing, "rules", "open");
  }

  void narrow(NodeId node, std::string_view type) {
    std::vector<NodeId> others;
    View(work_, node).each("type", [&](View at) {
      if (at["code"].text() != type) others.push_back(at.node());
    });
    for (const NodeId other : others) work_.remove(other);
  }

  // The row of a slice, made when it is new: like its element, but nothing demands it. A slice of a
  // slice is named "slice/part".
  std::optional<std::size_t> slice(std::size_t row, const std::string& name) {
    const std::string id = rows_[row].id + ":" + name;
    if (const std::size_t known = find_id(id); known != npos) return known;
    std::size_t from = row;
    if (const auto slash = name.rfind('/'); slash != npos) {
      const std::size_t outer = find_id(rows_[row].id + ":" + name.substr(0, slash));
      if (outer != npos) from = outer;
    }
    const std::size_t at = end_of(from);
    const std::size_t children = end_of_children(from);
    if (!room_for(children - from, id.size())) return std::nullopt;
    Row made{id, rows_[row].path, copy(work_, rows_[from].node)};
    if (made.node == no_node) return std::nullopt;
    drop(work_, made.node, "slicing");
    put(definitions_, work_, made.node, "sliceName", name);
    put(definitions_, work_, made.node, "min", "0");
    made_.insert(id);
    std::vector<Row> rows{made};
    for (std::size_t i = from + 1; i < children; ++i) {
      const NodeId node = copy(work_, rows_[i].node);
      if (node == no_node) return std::nullopt;
      rows.push_back({id + rows_[i].id.substr(rows_[from].id.size()), rows_[i].path, node});
    }
    for (const auto& each : rows) name_row(each);
    rows_.insert(rows_.begin() + static_cast<std::ptrdiff_t>(at), rows.begin(), rows.end());
    return at;
  }
  void name_row(const Row& row) { name(row); }

  // --- walking into a type ---

  // Gives an element the children of its type, of its type's profile, or of the element it refers
  // to. False when there are none.
  bool expand(std::size_t row) {
    const View element(work_, rows_[row].node);
    if (const auto reference = element["contentReference"].text(); !reference.empty())
      return expand_reference(row, reference.substr(reference.find('#') + 1));
    const Tree* type = type_of(element);
    if (type == nullptr) return false;
    const View root(*type, type->root());
    std::string_view from;
    std::vector<View> children;
    root["snapshot"].each("element", [&](View at) {
      if (from.empty()) from = at["path"].text();
      children.push_back(at);
    });
    return insert(row, from, from, children);
  }

  bool expand_reference(std::size_t row, std::string_view path) {
    const Tree* base = find_(std::string(core_url) + std::string(path.substr(0, path.find('.'))));
    if (base == nullptr) return false;
    std::vector<View> children;
    View(*base, base->root())["snapshot"].each("element", [&](View at) {
      const auto own = at["path"].text();
      if (own.starts_with(path) && (own.size() == path.size() || own[path.size()] == '.'))
        children.push_back(at);
    });
    drop(work_, rows_[row].node, "contentReference");
    return insert(row, path, path, children);
  }

  bool insert(std::size_t row, std::string_view path, std::string_view id,
              const std::vector<View>& children) {
    std::vector<Row> rows;
    if (!room_for(children.size(), rows_[row].id.size())) return false;
    for (std::size_t i = 1; i < children.size(); ++i) {
      const auto child_id = children[i]["id"].text();
      const auto child_path = children[i]["path"].text();
      Row made{
          rows_[row].id + std::string((child_id.empty() ? child_path : child_id).substr(id.size())),
          rows_[row].path + std::string(child_path.substr(path.size())),
          copy(children[i].tree(), children[i].node())};
      if (made.node == no_node) return false;
      name(made);
      rows.push_back(std::move(made));
    }
    rows_.insert(rows_.begin() + static_cast<std::ptrdiff_t>(row) + 1, rows.begin(), rows.end());
    return !rows.empty();
  }

  // The definition whose elements an element has: of its one type or that type's one profile; of
  // several types, what all have.
  const Tree* type_of(View element) {
    std::vector<std::string> codes, profiles;
    element.each("type", [&](View type) {
      codes.emplace_back(type["code"].text());
      type.each("profile", [&](View at) { profiles.emplace_back(without_version(at.text())); });
    });
    if (codes.empty()) return nullptr;
    if (codes.size() > 1) return find_(std::string(core_url) + "Element");
    if (profiles.size() == 1)
      if (const Tree* profile = find_(profiles[0])) return profile;
    if (codes[0].starts_with("http:")) return find_(std::string(core_url) + "string");
    return find_(std::string(core_url) + codes[0]);
  }

  Result<Snapshot> finish() {
    Snapshot made{Tree(definitions_.names()), std::move(issues_)};
    Tree& tree = made.tree;
    tree.set_type(tree.root(), definition_[definition_.root()].type);
    bool done = false;
    const auto write = [&] {
      if (std::exchange(done, true)) return;
      const NodeId snapshot = tree.add(tree.root(), definitions_.names().find("snapshot"),
                                       definitions_.find("StructureDefinition.snapshot"));
      for (const auto& row : rows_) tree.copy(work_, row.node, snapshot);
    };
    root_.children([&](View child) {
      if (child.name() == "snapshot") return;
      if (child.name() == "differential") write();
      tree.copy(definition_, child.node(), tree.root());
    });
    write();
    return made;
  }

  const model::Definitions& definitions_;
  const Tree& definition_;
  Budget& budget_;
  const FindDefinition& find_;
  Tree work_;
  View root_;
  NameId element_;
  std::vector<Row> rows_;
  std::vector<std::pair<std::string, std::string>> latest_;  // path -> slice, in document order
  std::set<std::string> made_;  // ids of the slices that the differential makes
  std::string last_path_;
  std::string place_;
  Issues issues_;
};

}  // namespace

Result<Snapshot> make_snapshot(const model::Definitions& definitions, const Tree& definition,
                               const FindDefinition& find, Budget& budget) {
  return Generator(definitions, definition, find, budget).run();
}

bool has_snapshot(const Tree& definition) {
  return static_cast<bool>(View(definition, definition.root())["snapshot"]["element"]);
}

}  // namespace fingerpost::profile
