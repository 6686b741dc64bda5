#include "store/check.h"

#include "model/json.h"
#include "search/search.h"
#include "store/sqlite_check.h"
#include "store/sqlite_keys.h"
#include "store/sqlite_lanes.h"
#include "store/sqlite_rows.h"
#include "store/sqlite_schema.h"

#include <memory>
#include <optional>
#include <utility>

namespace fingerpost::store {
namespace {

constexpr std::size_t most_faults = 100;

class FolderCheck {
 public:
  explicit FolderCheck(Db& db) : db_(db) {}

  Result<Checked> run(const model::Definitions* definitions) {
    LET_DONE(db_.run("BEGIN"));
    LET_DONE(check_whole(db_));
    LET(const auto hash_key, read_hash_key(db_));
    LET(keys_, Keys::load(db_));
    if (definitions != nullptr) {
      LET(parameters_, search::Parameters::compile(*definitions, hash_key));
    }
    LET_DONE(each_resource());
    LET_DONE(count("by_hash", hashes_));
    LET_DONE(count("by_date", dates_));
    LET_DONE(count("by_number", numbers_));
    LET_DONE(count("by_text", texts_));
    LET_DONE(count_shapes());
    LET(const auto versions, db_.integer("SELECT count(*) FROM version"));
    LET_DONE(count("history", static_cast<std::uint64_t>(versions)));
    LET_DONE(count_lanes());
    return std::move(checked_);
  }

 private:
  void add(std::string fault) {
    if (checked_.faults.size() < most_faults) checked_.faults.push_back(std::move(fault));
  }

  Result<void> each_resource() {
    LET(auto check, RowCheck::prepare(db_));
    LET(shape_, db_.prepare("SELECT 1 FROM shape WHERE id = ? AND parameter_set = ?"));
    LET(auto rows, db_.prepare("SELECT row, type, id, shape, removed FROM resource"));
    LET(bool there, rows.first());
    while (there) {
      const auto type = keys_->type_name(rows.integer(1));
      auto fault = check.fault_of(rows.integer(0));
      // What cannot be unpacked is this resource's trouble alone.
      if (!fault) fault = std::string("its body cannot be unpacked");
      if (fault->empty() && rows.integer(4) == 0 && parameters_) {
        LET(fault, compare(check, type, rows.integer(3)));
      }
      if (!fault->empty()) add(type + "/" + std::string(rows.text(2)) + ": " + *fault);
      ++checked_.resources;
      hashes_ += check.hashes();
      dates_ += check.values().dates.size();
      numbers_ += check.values().numbers.size();
      texts_ += check.texts();
      LET(there, rows.step());
    }
    return {};
  }

  // The rows that are made of the body now against those that were kept.
  Result<std::string> compare(const RowCheck& check, const std::string& type, std::int64_t shape) {
    LET(const auto set, keys_->parameter_set(*parameters_, type, check.values().contained));
    LET(const bool same, shape_.first(shape, set));
    shape_.reset();
    if (!same) return std::string();
    ++checked_.compared;
    const auto read = model::read_json(parameters_->definitions(), check.body(), Limits{});
    if (!read) return std::string("its body cannot be read");
    LET(const auto map, keys_->map(*parameters_));
    const Tree& tree = read->tree;
    const auto values = translate(search::index(*parameters_, {&tree, tree.root()}), *map);
    return std::string(
        pack(values) == pack(check.values()) ? "" : "its index rows are not those of its body");
  }

  Result<void> count(const std::string& table, std::uint64_t expected) {
    LET(const auto rows, db_.integer("SELECT count(*) FROM " + table));
    if (static_cast<std::uint64_t>(rows) != expected)
      add(table + ": " + std::to_string(rows) + (rows == 1 ? " row" : " rows") + " instead of " +
          std::to_string(expected));
    return {};
  }

  Result<void> count_shapes() {
    LET(const auto wrong,
        db_.integer("SELECT count(*) FROM shape s WHERE resources <> (SELECT count(*) FROM "
                    "resource r WHERE r.type = s.type AND r.shape = s.id AND r.removed = 0)"));
    if (wrong > 0) add("shape: " + std::to_string(wrong) + " counts of resources are wrong");
    return {};
  }

  Result<void> count_lanes() {
    LET(const auto tables,
        db_.integer("SELECT count(*) FROM sqlite_schema WHERE name = 'lane_rows'"));
    if (tables == 0) return {};  // of a folder that an earlier program made
    LET(const auto wrong, wrong_lane_counts(db_));
    if (wrong > 0) add("lane_rows: the counts are wrong, of lanes: " + std::to_string(wrong));
    return {};
  }

  Db& db_;
  Statement shape_;
  std::unique_ptr<Keys> keys_;
  std::unique_ptr<const search::Parameters> parameters_;
  Checked checked_;
  std::uint64_t hashes_ = 0, dates_ = 0, numbers_ = 0, texts_ = 0;
};

}  // namespace

Result<Checked> check_folder(const std::string& directory, const model::Definitions* definitions) {
  LET(auto db, open_reader(directory + "/fingerpost.db"));
  LET_DONE(check_ours(db));
  return FolderCheck(db).run(definitions);
}

}  // namespace fingerpost::store
