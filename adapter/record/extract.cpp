#include "record/extract.h"

#include "base/text.h"
#include "record/extract_kept.h"
#include "record/extract_rows.h"

#include <algorithm>
#include <unordered_map>

namespace fingerpost::record {
namespace {

using wire::CsvReader;

constexpr std::size_t batch_rows = 500;        // of a table of its own, and so Bundles stay small
constexpr std::size_t batch_nodes = 200'000;   // with all that belongs to them
constexpr std::size_t joined_rows = 10'000;    // of one other table under one row
constexpr std::size_t joined_in_all = 20'000;  // under one row or group
constexpr int joined_depth = 4;                // rows under rows

std::string row_text(const RowAt& row) {
  return " row " + std::to_string(row.number);
}

}  // namespace

class Extract::Reader {
 public:
  Reader(const ExtractPlan& plan, const Names& names, StagedExtract staged);

  std::optional<ExtractBatch> next();
  std::string place(const ExtractBatch& batch, NodeId node, bool with_row) const;
  const Issues& issues() const { return staged_.issues; }
  const StagedExtract& staged() const { return staged_; }
  std::map<std::string, std::string> lookups() const {
    return lookups_to_keep(plan_, names_, staged_);
  }

 private:
  struct Looked {
    NameId name = no_name;
    const RowIndex* index = nullptr;
    std::vector<NameId> give;
  };
  struct Joined {
    NameId name = no_name;
    const RowIndex* index = nullptr;
    std::vector<NameId> ours;
    const Columns* theirs = nullptr;
    std::vector<NameId> give;  // empty: everything
    bool single = false;       // by their own key: of rows that have one the last counts
  };
  struct Grouped {
    NameId name = no_name;
    const RowIndex* index = nullptr;
    const Columns* by = nullptr;
  };
  // A table as its rows are made into nodes.
  struct Layout {
    NameId name = no_name;
    std::vector<NameId> key;
    std::vector<std::pair<NameId, std::vector<Looked>>> looks;
    std::vector<Joined> rows;
    std::vector<Joined> parents;  // of a part: what it may stand under, by its own columns
    std::vector<Grouped> groups;
    const Columns* key_columns = nullptr;
    const RowIndex* newer = nullptr;  // by its key; null: no row replaces another
  };

  std::vector<NameId> names_of(const Columns& columns) const;
  void add_shape(const ExtractTable& table);
  Looked looked(const std::string& table) const;

  void take(const RowAt& row);
  void tell(Severity severity, const char* code, const RowAt& row, std::string text,
            std::string_view column = {});
  bool may_be_read();
  bool has_key(const RowAt& row, const Layout& shape);
  using Seen = std::unordered_map<std::string, NodeId>;  // by table and key
  void keep_newest(Seen& seen, NodeId node, const RowAt& row);
  bool is_older(NodeId node, NodeId other) const;
  bool is_replaced(const Layout& shape, const RowAt& row);
  bool is_orphan(const Layout& shape, const RowAt& row);
  void begin_file();
  void finish_file();

  const std::vector<wire::CsvField>* fields_at(const RowAt& row);
  std::string key_at(const RowAt& row, const Columns& columns);
  std::string key_of_node(NodeId row, const std::vector<NameId>& columns) const;
  NodeId add_row(NodeId parent, NameId name, const RowAt& row, int depth,
                 const Layout* above = nullptr);
  void add_fields(NodeId node, const RowAt& row);
  void add_field(NodeId node, const RowAt& row, NameId column, const wire::CsvField& field);
  void add_looked(NodeId node, const Layout& shape);
  NodeId add_given(NodeId parent, NameId name, const RowAt& row, const std::vector<NameId>& give);
  void add_joined(NodeId node, const Layout& shape, const RowAt& row, int depth,
                  const Layout* above);
  bool add_joined_rows(NodeId node, const Joined& joined, const Layout& shape, const RowAt& row,
                       int depth);
  void add_groups(const Layout& shape, const RowAt& row);
  std::string_view missing_of(const RowAt& row, const Columns& columns);
  const std::vector<std::size_t>& positions(std::uint32_t file, const Columns& columns);
  const std::vector<std::size_t>& given(std::uint32_t file, const std::vector<NameId>& give);

  const ExtractPlan& plan_;
  const Names& names_;
  StagedExtract staged_;
  std::map<const ExtractTable*, Layout> shapes_;
  std::map<std::pair<std::uint32_t, const Columns*>, std::vector<std::size_t>> positions_;
  // Of a file, where the columns stand that come along of its rows, in the order of the file.
  std::map<std::pair<std::uint32_t, const std::vector<NameId>*>, std::vector<std::size_t>> given_;
  RowsAnywhere rows_;  // out of turn
  NameId row_name_;
  std::size_t file_ = 0;
  std::optional<CsvReader> reader_;  // of the file being read
  std::size_t withheld_ = 0;         // rows of that file
  std::size_t withheld_at_ = 0;      // the column that says whose a row is
  std::size_t replaced_ = 0;         // rows of that file
  Seen seen_;                        // rows of the batch
  std::size_t left_ = 0;             // how many more rows may be joined
  std::string_view last_owner_;
  bool last_allowed_ = false;
  ExtractBatch* batch_ = nullptr;
  std::string room_;
};

Extract::Reader::Reader(const ExtractPlan& plan, const Names& names, StagedExtract staged)
    : plan_(plan),
      names_(names),
      staged_(std::move(staged)),
      rows_(staged_.files),
      row_name_(names.find("row")) {
  for (const auto& table : plan.tables) add_shape(table);
}

std::vector<NameId> Extract::Reader::names_of(const Columns& columns) const {
  std::vector<NameId> made;
  for (const auto& column : columns) made.push_back(names_.find(column));
  return made;
}

Extract::Reader::Looked Extract::Reader::looked(const std::string& name) const {
  const auto& table = *plan_.find(name);
  return {names_.find(name), &staged_.indexes.at({name, table.key}), names_of(table.give)};
}

void Extract::Reader::add_shape(const ExtractTable& table) {
  Layout shape;
  shape.name = names_.find(table.name);
  shape.key = names_of(table.key);
  shape.key_columns = &table.key;
  shape.newer = replacements_of(staged_, table);
  for (const auto& look : table.looks) {
    shape.looks.push_back({names_.find(look.column), {}});
    for (const auto& name : look.tables) shape.looks.back().second.push_back(looked(name));
  }
  for (const auto& rows : table.rows)
    shape.rows.push_back({names_.find(rows.table), &staged_.indexes.at({rows.table, rows.theirs}),
                          names_of(rows.ours), &rows.theirs, names_of(rows.give),
                          rows.theirs == plan_.find(rows.table)->key});
  for (const auto& parent : plan_.tables)
    for (const auto& rows : parent.rows)
      if (rows.table == table.name && table.role == ExtractTable::Role::part)
        shape.parents.push_back({names_.find(parent.name),
                                 &staged_.indexes.at({parent.name, rows.ours}),
                                 {},
                                 &rows.theirs,
                                 {},
                                 false});
  for (const auto& group : plan_.groups)
    if (group.table == table.name)
      shape.groups.push_back(
          {names_.find(group.name), &staged_.indexes.at({group.table, group.by}), &group.by});
  shapes_.emplace(&table, std::move(shape));
}

std::optional<ExtractBatch> Extract::Reader::next() {
  ExtractBatch batch(names_);
  batch_ = &batch;
  seen_.clear();
  std::size_t rows = 0;
  while (file_ < staged_.files.size() && rows < batch_rows && batch.tree.size() < batch_nodes &&
         batch.issues.size() < batch_rows) {
    const auto& file = staged_.files[file_];
    if (!reader_) begin_file();
    const auto found = reader_->next();
    if (found == CsvReader::Next::end) {
      finish_file();
      continue;
    }
    const RowAt row{reader_->offset(), static_cast<std::uint32_t>(file_),
                    static_cast<std::uint32_t>(reader_->number())};
    if (found == CsvReader::Next::broken) {
      tell(Severity::error, "structure", row, std::string("not read: ") + reader_->why());
    } else if (reader_->fields().size() != file.columns.size()) {
      tell(Severity::error, "structure", row, "not read: it has not as many fields as the header");
    } else if (file.table->role != ExtractTable::Role::lookup) {
      const auto before = batch.tree.size();
      take(row);
      if (batch.tree.size() > before) ++rows;
    }
  }
  if (rows == 0 && batch.issues.empty()) return std::nullopt;
  return batch;
}

void Extract::Reader::begin_file() {
  const auto& file = staged_.files[file_];
  reader_.emplace(file.bytes);
  reader_->next();
  // An organisation's own row is not withheld: who else takes part is no secret of it.
  const bool own = file.table->key == Columns{plan_.withheld_by};
  withheld_at_ = staged_.agreements && !own ? positions_of(file, {plan_.withheld_by}, names_)[0]
                                            : file.columns.size();
  last_owner_ = {};
  last_allowed_ = false;
}

void Extract::Reader::finish_file() {
  if (withheld_ > 0)
    batch_->issues.push_back(
        {Severity::information, "business-rule", staged_.files[file_].name,
         std::to_string(withheld_) + " rows of organisations that do not share were left out"});
  if (replaced_ > 0)
    batch_->issues.push_back(
        {Severity::information, "informational", staged_.files[file_].name,
         std::to_string(replaced_) + " rows were left out for a later one of the same key"});
  withheld_ = 0;
  replaced_ = 0;
  reader_.reset();
  ++file_;
}

void Extract::Reader::tell(Severity severity, const char* code, const RowAt& row, std::string text,
                           std::string_view column) {
  auto where = staged_.files[row.file].name + row_text(row);
  if (!column.empty()) (where += ' ') += column;
  batch_->issues.push_back({severity, code, std::move(where), std::move(text)});
}

// A row read in turn.
void Extract::Reader::take(const RowAt& row) {
  const auto& table = *staged_.files[row.file].table;
  const auto& shape = shapes_.at(&table);
  if (!may_be_read()) {
    ++withheld_;
    return;
  }
  left_ = joined_in_all;
  // A row that counts for nothing may still be the first of a group.
  const bool keyed = has_key(row, shape);
  const bool counts = keyed && !is_replaced(shape, row);
  if (keyed && !counts) ++replaced_;
  if (counts && table.role == ExtractTable::Role::rows)
    keep_newest(seen_, add_row(batch_->tree.root(), shape.name, row, 0), row);
  else if (counts && shape.groups.empty() && is_orphan(shape, row))
    tell(Severity::error, "not-found", row,
         "left out: the row it belongs to is not part of this extract");
  add_groups(shape, row);
}

bool Extract::Reader::may_be_read() {
  const auto& fields = reader_->fields();
  if (withheld_at_ >= fields.size()) return true;
  if (fields[withheld_at_].bytes == last_owner_) return last_allowed_;
  last_owner_ = fields[withheld_at_].bytes;
  const auto found = staged_.allowed.find(key_of(fields, {withheld_at_}, plan_));
  last_allowed_ = found != staged_.allowed.end() && found->second;
  return last_allowed_;
}

bool Extract::Reader::has_key(const RowAt& row, const Layout& shape) {
  const auto& file = staged_.files[row.file];
  for (const auto column : shape.key) {
    const auto at = std::find(file.columns.begin(), file.columns.end(), column);
    const auto& field = reader_->fields()[static_cast<std::size_t>(at - file.columns.begin())];
    std::string part;
    if (add_to_key(part, trim(field.bytes), plan_)) continue;
    tell(Severity::error, "required", row, "left out: the row has no key", names_.text(column));
    return false;
  }
  return true;
}

// Takes the older of two rows of one key out again.
void Extract::Reader::keep_newest(Seen& seen, NodeId node, const RowAt& row) {
  const auto& table = *staged_.files[row.file].table;
  const auto [other, fresh] = seen.try_emplace(table.name + '\x1f' + key_at(row, table.key), node);
  if (fresh) return;
  const bool older = is_older(node, other->second);
  batch_->tree.remove(older ? node : other->second);
  if (!older) other->second = node;
  tell(Severity::information, "informational", row,
       older ? "left out for a newer row of the same key"
             : "counts for an older row of the same key");
}

bool Extract::Reader::is_older(NodeId node, NodeId other) const {
  const auto& tree = batch_->tree;
  const auto number = [&](NodeId of) {
    const auto column = plan_.newest.empty() ? no_node : tree.child(of, names_.find(plan_.newest));
    return column == no_node ? std::string_view() : without_zeros(tree.text(column));
  };
  const auto ours = number(node), theirs = number(other);
  const auto is_number = [](std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), is_digit);
  };
  return is_number(ours) && is_number(theirs) && is_smaller(ours, theirs);
}

// Of two rows of one key the later counts: of the later file, or below in the same.
bool Extract::Reader::is_replaced(const Layout& shape, const RowAt& row) {
  if (shape.newer == nullptr) return false;
  const auto key = key_at(row, *shape.key_columns);
  const auto found = shape.newer->find(key);
  return std::any_of(found.begin(), found.end(), [&](const RowIndex::Entry& other) {
    const bool later =
        std::pair(other.row.file, other.row.offset) > std::pair(row.file, row.offset);
    return later && key_at(other.row, *shape.key_columns) == key;
  });
}

bool Extract::Reader::is_orphan(const Layout& shape, const RowAt& row) {
  return std::all_of(shape.parents.begin(), shape.parents.end(), [&](const Joined& parent) {
    return parent.index->find(key_at(row, *parent.theirs)).empty();
  });
}

const std::vector<wire::CsvField>* Extract::Reader::fields_at(const RowAt& row) {
  if (reader_ && row.file == file_ && row.offset == reader_->offset()) return &reader_->fields();
  return rows_.at(row);
}

std::string Extract::Reader::key_at(const RowAt& row, const Columns& columns) {
  const auto* fields = fields_at(row);
  if (fields == nullptr) return {};
  return key_of(*fields, positions(row.file, columns), plan_);
}

const std::vector<std::size_t>& Extract::Reader::positions(std::uint32_t file,
                                                           const Columns& columns) {
  const auto [found, fresh] = positions_.try_emplace({file, &columns});
  if (fresh) found->second = positions_of(staged_.files[file], columns, names_);
  return found->second;
}

std::string Extract::Reader::key_of_node(NodeId row, const std::vector<NameId>& columns) const {
  std::string key;
  key.reserve(key_bytes);
  for (const auto column : columns) {
    const auto node = batch_->tree.child(row, column);
    if (node == no_node || !add_to_key(key, batch_->tree.text(node), plan_)) return {};
  }
  return key;
}

NodeId Extract::Reader::add_row(NodeId parent, NameId name, const RowAt& row, int depth,
                                const Layout* above) {
  const auto node = batch_->tree.add(parent, name, no_type);
  const auto& shape = shapes_.at(staged_.files[row.file].table);
  add_fields(node, row);
  add_looked(node, shape);
  if (depth < joined_depth) add_joined(node, shape, row, depth, above);
  return node;
}

// Of a row these columns alone.
NodeId Extract::Reader::add_given(NodeId parent, NameId name, const RowAt& row,
                                  const std::vector<NameId>& give) {
  const auto node = batch_->tree.add(parent, name, no_type);
  batch_->rows.emplace_back(node, row);
  const auto* fields = fields_at(row);
  if (fields == nullptr) return node;
  const auto& columns = staged_.files[row.file].columns;
  for (const auto at : given(row.file, give))
    if (at < fields->size()) add_field(node, row, columns[at], (*fields)[at]);
  return node;
}

const std::vector<std::size_t>& Extract::Reader::given(std::uint32_t file,
                                                       const std::vector<NameId>& give) {
  const auto [found, fresh] = given_.try_emplace({file, &give});
  if (!fresh) return found->second;
  const auto& columns = staged_.files[file].columns;
  for (std::size_t i = 0; i < columns.size(); ++i)
    if (std::find(give.begin(), give.end(), columns[i]) != give.end()) found->second.push_back(i);
  return found->second;
}

void Extract::Reader::add_fields(NodeId node, const RowAt& row) {
  batch_->rows.emplace_back(node, row);
  const auto* fields = fields_at(row);
  if (fields == nullptr) return;
  const auto& columns = staged_.files[row.file].columns;
  for (std::size_t i = 0; i < fields->size() && i < columns.size(); ++i)
    add_field(node, row, columns[i], (*fields)[i]);
}

void Extract::Reader::add_field(NodeId node, const RowAt& row, NameId column,
                                const wire::CsvField& field) {
  if (column == no_name || field.bytes.empty()) return;
  auto& tree = batch_->tree;
  const auto read = wire::csv_text(field, plan_.charset, room_);
  if (read.odd)
    tell(Severity::warning, "value", row, "characters that the charset does not have",
         names_.text(column));
  const auto text = plain_value(read.text);
  if (text.empty()) return;
  const bool own = read.text.data() == room_.data();
  tree.set_view(tree.add(node, column, no_type), Shape::string, own ? tree.store(text) : text);
}

void Extract::Reader::add_looked(NodeId row, const Layout& shape) {
  auto& tree = batch_->tree;
  for (const auto& [column, tables] : shape.looks) {
    const auto field = tree.child(row, column);
    if (field == no_node) continue;
    std::string key;
    if (!add_to_key(key, tree.text(field), plan_)) continue;
    for (const auto& table : tables) {
      const auto found = table.index->find(key);
      for (auto one = found.rbegin(); one != found.rend(); ++one) {
        if (key_at(one->row, staged_.files[one->row.file].table->key) != key) continue;
        add_given(field, table.name, one->row, table.give);
        break;
      }
    }
  }
}

// What the row above has under itself is not told again under this one.
void Extract::Reader::add_joined(NodeId node, const Layout& shape, const RowAt& row, int depth,
                                 const Layout* above) {
  const auto is_above = [&](const Joined& joined) {
    return joined.name == batch_->tree[batch_->tree.parent(node)].name ||
           (above != nullptr &&
            std::any_of(above->rows.begin(), above->rows.end(),
                        [&](const Joined& other) { return other.name == joined.name; }));
  };
  for (const auto& joined : shape.rows)
    if (!is_above(joined) && !add_joined_rows(node, joined, shape, row, depth)) return;
}

bool Extract::Reader::add_joined_rows(NodeId node, const Joined& joined, const Layout& shape,
                                      const RowAt& row, int depth) {
  const auto key = key_of_node(node, joined.ours);
  if (key.empty()) return true;
  auto entries = joined.index->find(key);
  const auto is_of_key = [&](const RowIndex::Entry& entry) {
    return key_at(entry.row, *joined.theirs) == key;
  };
  while (joined.single && !entries.empty() && !is_of_key(entries.back()))
    entries = entries.first(entries.size() - 1);
  const bool known = joined.single && !entries.empty();
  if (known) entries = entries.last(1);
  std::size_t count = 0;
  for (const auto& found : entries) {
    const auto& theirs = shapes_.at(staged_.files[found.row.file].table);
    if ((!known && !is_of_key(found)) || is_replaced(theirs, found.row)) continue;
    if (++count > joined_rows || left_ == 0) {
      tell(Severity::error, "too-costly", row, "too many rows belong to it: the rest is left out",
           names_.text(joined.name));
      return left_ > 0;
    }
    --left_;
    if (joined.give.empty())
      add_row(node, joined.name, found.row, depth + 1, &shape);
    else
      add_given(node, joined.name, found.row, joined.give);
  }
  return true;
}

// The first row of a key stands for all of them.
void Extract::Reader::add_groups(const Layout& shape, const RowAt& row) {
  auto& tree = batch_->tree;
  for (const auto& group : shape.groups) {
    const auto key = key_at(row, *group.by);
    if (key.empty()) {
      tell(Severity::error, "required", row, "left out: the row does not say whose it is",
           missing_of(row, *group.by));
      continue;
    }
    NodeId node = no_node;
    Seen seen;
    bool first = true;
    std::size_t count = 0;
    for (const auto& found : group.index->find(key)) {
      if (key_at(found.row, *group.by) != key) continue;
      if (first && found.row != row) break;
      first = false;
      if (key_at(found.row, *shape.key_columns).empty() || is_replaced(shape, found.row)) continue;
      if (++count > joined_rows || left_ == 0) {
        tell(Severity::error, "too-costly", row, "too many rows belong to it: the rest is left out",
             names_.text(group.name));
        break;
      }
      --left_;
      if (node == no_node) {
        node = tree.add(tree.root(), group.name, no_type);
        batch_->rows.emplace_back(node, row);
      }
      keep_newest(seen, add_row(node, row_name_, found.row, 0), found.row);
    }
  }
}

// The first column of a key that the row does not have.
std::string_view Extract::Reader::missing_of(const RowAt& row, const Columns& columns) {
  const auto* fields = fields_at(row);
  for (const auto& column : columns)
    if (fields == nullptr ||
        key_of(*fields, positions_of(staged_.files[row.file], {column}, names_), plan_).empty())
      return column;
  return {};
}

std::string Extract::Reader::place(const ExtractBatch& batch, NodeId node, bool with_row) const {
  const auto& tree = batch.tree;
  std::string column;
  for (NodeId at = node; at != no_node; at = tree.parent(at)) {
    const auto found = std::lower_bound(batch.rows.begin(), batch.rows.end(), at,
                                        [](const auto& row, NodeId id) { return row.first < id; });
    if (found != batch.rows.end() && found->first == at) {
      auto text = staged_.files[found->second.file].name;
      if (with_row) text += row_text(found->second);
      return column.empty() ? text : text + " " + column;
    }
    column = tree.name_text(at);
  }
  return column;
}

ExtractBatch only(const ExtractBatch& batch, NodeId row) {
  ExtractBatch made(batch.tree.names());
  auto from = batch.rows.begin();
  const auto copy = [&](const auto& self, NodeId node, NodeId parent) -> void {
    const auto to = made.tree.add(parent, batch.tree[node].name, no_type);
    if (batch.tree.has_value(node)) made.tree.set_view(to, Shape::string, batch.tree.text(node));
    from = std::lower_bound(batch.rows.begin(), batch.rows.end(), node,
                            [](const auto& one, NodeId id) { return one.first < id; });
    if (from != batch.rows.end() && from->first == node) made.rows.emplace_back(to, from->second);
    for (auto at = batch.tree.first_child(node); at != no_node; at = batch.tree.next(at))
      self(self, at, to);
  };
  copy(copy, row, made.tree.root());
  return made;
}

Extract::Extract(std::unique_ptr<Reader> reader) : reader_(std::move(reader)) {}
Extract::Extract(Extract&&) noexcept = default;
Extract& Extract::operator=(Extract&&) noexcept = default;
Extract::~Extract() = default;

Result<Extract> Extract::stage(const ExtractPlan& plan, const Names& names,
                               const std::vector<ExtractFile>& files) {
  LET(auto staged, stage_extract(plan, names, files));
  return Extract(std::make_unique<Reader>(plan, names, std::move(staged)));
}

const Issues& Extract::issues() const {
  return reader_->issues();
}

const std::string& Extract::time() const {
  return reader_->staged().time;
}

const std::vector<std::string>& Extract::whole() const {
  return reader_->staged().whole;
}
const std::string& Extract::since() const {
  return reader_->staged().since;
}

std::map<std::string, std::string> Extract::lookups() const {
  return reader_->lookups();
}

std::optional<ExtractBatch> Extract::next() {
  return reader_->next();
}

std::string Extract::place(const ExtractBatch& batch, NodeId node) const {
  return reader_->place(batch, node, true);
}

std::string Extract::column(const ExtractBatch& batch, NodeId node) const {
  return reader_->place(batch, node, false);
}

}  // namespace fingerpost::record
