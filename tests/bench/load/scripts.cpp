#include "bench/load/scripts.h"

#include <fstream>
#include <iterator>
#include <map>
#include <random>
#include <utility>

namespace fingerpost::bench {
namespace {

constexpr std::string_view json = "application/fhir+json";
constexpr std::string_view base = "/fhir";

std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// A JSON member's string, changed where it stands with one of the seed's values.
std::string with(std::string body, const Seed& seed, std::uint64_t turn) {
  const auto key = "\"" + std::string(seed.member) + "\":\"";
  if (seed.values[0].empty()) {
    const auto start = body.find(key) + key.size();
    return body.replace(start, body.find('"', start) - start, "Changed " + std::to_string(turn));
  }
  for (const auto value : seed.values) {
    const auto at = body.find(key + std::string(value) + '"');
    if (at == std::string::npos) continue;
    const auto other = seed.values[value == seed.values[0] ? 1 : 0];
    return body.replace(at + key.size(), value.size(), other);
  }
  return body;
}

class Chain : public Script {
 public:
  explicit Chain(std::span<const Seed> seeds) : seeds_(seeds), made_(seeds.size()) {}

  Ask next() override {
    const auto count = seeds_.size();
    const auto step = step_ / count;
    at_ = step_ % count;
    if (step == 3) at_ = count - 1 - at_;
    const Seed& seed = seeds_[at_];
    const std::string type(seed.type);
    const auto target = std::string(base) + "/" + made_[at_].place;
    switch (step) {
      case 0:
        return {"POST", std::string(base) + "/" + type, filled(seed), json, "create " + type, 201};
      case 1:
        return {"GET", target, "", "", "read " + type, 200};
      case 2:
        return {"PUT", target, with(made_[at_].body, seed, ++turn_), json, "update " + type, 200};
      default:
        return {"DELETE", target, "", "", "delete " + type, 204};
    }
  }

  void told(const Told& answer) override {
    const auto count = seeds_.size();
    if (step_ < count && answer.status == 201) {
      const auto type = std::string(seeds_[at_].type);
      const auto start = answer.location.find("/" + type + "/");
      const auto end = answer.location.find("/_history");
      made_[at_].place = answer.location.substr(start + 1, end - start - 1);
      made_[at_].body = answer.body;
    }
    step_ = (step_ + 1) % (4 * count);
  }

 private:
  struct Made {
    std::string place;  // "Patient/1"
    std::string body;
  };

  std::string filled(const Seed& seed) const {
    std::string body;
    std::string_view left = seed.body;
    for (auto at = left.find("<<"); at != std::string_view::npos; at = left.find("<<")) {
      const auto end = left.find(">>", at);
      body += left.substr(0, at);
      body += place_of(left.substr(at + 2, end - at - 2));
      left.remove_prefix(end + 2);
    }
    return body += left;
  }

  std::string_view place_of(std::string_view type) const {
    for (std::size_t i = 0; i < seeds_.size(); ++i)
      if (seeds_[i].type == type) return made_[i].place;
    return type;
  }

  std::span<const Seed> seeds_;
  std::vector<Made> made_;
  std::size_t step_ = 0;
  std::size_t at_ = 0;
  std::uint64_t turn_ = 0;
};

class Reads : public Script {
 public:
  explicit Reads(const Seed& seed) : seed_(seed) {}

  Ask next() override {
    const std::string type(seed_.type);
    if (place_.empty())
      return {"POST", std::string(base) + "/" + type, seed_.body, json, "create " + type, 201};
    return {"GET", place_, "", "", "read " + type, 200};
  }

  void told(const Told& answer) override {
    if (!place_.empty() || answer.status != 201) return;
    const auto start = answer.location.find(base);
    place_ = answer.location.substr(start, answer.location.find("/_history") - start);
  }

 private:
  const Seed& seed_;
  std::string place_;
};

class SmallTransactions : public Script {
 public:
  explicit SmallTransactions(std::size_t connection)
      : random_(static_cast<std::uint32_t>(connection)) {}

  Ask next() override {
    const auto number = [&](int low, int high) {
      return std::to_string(std::uniform_int_distribution<int>(low, high)(random_));
    };
    std::string body =
        R"({"resourceType":"Bundle","type":"transaction","entry":[{"fullUrl":"urn:uuid:)"
        R"(3f1c1b7e-0d1c-4b1e-9a53-000000000001","resource":{"resourceType":"Patient","gender":)"
        R"("female","birthDate":")";
    body += number(1920, 2020) + "-0" + number(1, 9) + "-" + number(10, 28);
    body +=
        R"("},"request":{"method":"POST","url":"Patient"}},{"resource":{"resourceType":"Observation",)"
        R"("status":"final","code":{"coding":[{"system":"http://loinc.org","code":"8480-6"}]},)"
        R"("subject":{"reference":"urn:uuid:3f1c1b7e-0d1c-4b1e-9a53-000000000001"},)"
        R"("valueQuantity":{"value":)";
    body += number(90, 180);
    body += R"(,"unit":"mmHg","system":"http://unitsofmeasure.org","code":"mm[Hg]"}},"request":)"
            R"({"method":"POST","url":"Observation"}}]})";
    return {"POST", std::string(base), std::move(body), json, "transaction of two", 200, 2};
  }
  void told(const Told&) override {}

 private:
  std::minstd_rand random_;
};

struct Files {
  std::vector<std::filesystem::path> paths;
  std::size_t next = 0;
};

class Imports : public Script {
 public:
  explicit Imports(std::shared_ptr<Files> files) : files_(std::move(files)) {}

  Ask next() override {
    const auto& path = files_->paths[files_->next++ % files_->paths.size()];
    auto body = read_file(path);
    std::uint64_t entries = 0;
    constexpr std::string_view mark = "\"request\"";
    for (auto at = body.find(mark); at != std::string::npos; at = body.find(mark, at + 1))
      ++entries;
    return {"POST", std::string(base), std::move(body), json, "bundle", 200, entries};
  }
  void told(const Told&) override {}

 private:
  std::shared_ptr<Files> files_;
};

class Searches : public Script {
 public:
  Searches(const std::vector<std::string>& lines, std::size_t connection)
      : lines_(lines), next_(connection), random_(static_cast<std::uint32_t>(connection)) {}

  Ask next() override {
    const auto& line = lines_[next_++ % lines_.size()];
    return {"GET", std::string(base) + "/" + chosen(line), "", "", line, 200};
  }
  void told(const Told&) override {}

 private:
  std::string chosen(std::string_view line) {
    std::string made;
    for (auto at = line.find('{'); at != std::string_view::npos; at = line.find('{')) {
      const auto end = line.find('}', at);
      made += line.substr(0, at);
      made += one_of(line.substr(at + 1, end - at - 1));
      line.remove_prefix(end + 1);
    }
    return made += line;
  }

  std::string_view one_of(std::string_view choices) {
    std::vector<std::string_view> each;
    for (auto bar = choices.find('|'); bar != std::string_view::npos; bar = choices.find('|')) {
      each.push_back(choices.substr(0, bar));
      choices.remove_prefix(bar + 1);
    }
    each.push_back(choices);
    return each[random_() % each.size()];
  }

  const std::vector<std::string>& lines_;
  std::size_t next_;
  std::minstd_rand random_;
};

std::vector<Seed> filled(std::vector<Seed> seeds, const std::filesystem::path& folder) {
  for (auto& seed : seeds) seed.body = read_file(folder / (std::string(seed.type) + ".json"));
  return seeds;
}

}  // namespace

std::vector<Seed> chain_seeds(const std::filesystem::path& folder) {
  return filled(
      {{"Patient", "gender", {"unknown", "other"}, ""},
       {"Location", "name", {}, ""},
       {"Organization", "name", {}, ""},
       {"Practitioner", "gender", {"unknown", "other"}, ""},
       {"Encounter", "status", {"planned", "in-progress"}, ""},
       {"Observation", "issued", {"2024-05-02T09:25:00.000+01:00", "2024-05-02T09:27:00Z"}, ""},
       {"MedicationRequest", "status", {"on-hold", "draft"}, ""},
       {"Claim", "created", {"2024-05-02T09:40:00+01:00", "2024-05-04"}, ""},
       {"ExplanationOfBenefit", "created", {"2024-05-02T09:40:00+01:00", "2024-05-04"}, ""}},
      folder);
}

std::vector<Seed> care_seeds(const std::filesystem::path& folder) {
  return filled({{"Patient", "gender", {"unknown", "other"}, ""},
                 {"Organization", "name", {}, ""},
                 {"Practitioner", "gender", {"unknown", "other"}, ""},
                 {"Location", "name", {}, ""},
                 {"Encounter", "status", {"planned", "in-progress"}, ""},
                 {"Goal", "lifecycleStatus", {"proposed", "active"}, ""},
                 {"ServiceRequest", "authoredOn", {"2024-05-02T09:40:00+01:00", "2024-05-04"}, ""},
                 {"CarePlan", "status", {"draft", "active"}, ""},
                 {"Task", "status", {"requested", "cancelled"}, ""}},
                folder);
}

MakeScript chain(std::span<const Seed> seeds) {
  return [seeds](std::size_t) { return std::make_unique<Chain>(seeds); };
}

MakeScript reads(const Seed& seed) {
  return [&seed](std::size_t) { return std::make_unique<Reads>(seed); };
}

MakeScript small_transactions() {
  return [](std::size_t connection) { return std::make_unique<SmallTransactions>(connection); };
}

MakeScript imports(std::vector<std::filesystem::path> files) {
  const auto shared = std::make_shared<Files>(Files{std::move(files)});
  return [shared](std::size_t) { return std::make_unique<Imports>(shared); };
}

MakeScript searches(std::vector<std::string> lines) {
  const auto shared = std::make_shared<const std::vector<std::string>>(std::move(lines));
  return
      [shared](std::size_t connection) { return std::make_unique<Searches>(*shared, connection); };
}

}  // namespace fingerpost::bench
