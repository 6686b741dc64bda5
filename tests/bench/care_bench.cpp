// Care at the size of a district: 12 sets of criteria over 100,000 people, and the merged plan of a
// person with 500 resources. Figures, printed and never asserted: care_bench [PEOPLE].

#include "bench/measure.h"
#include "bench/people.h"
#include "interaction/care_operations.h"
#include "model/json.h"
#include "search/index_to_store.h"
#include "store/body.h"
#include "support/fhir.h"
#include "support/folder.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

using namespace fingerpost;
using Steady = std::chrono::steady_clock;

namespace {

double ms_since(Steady::time_point start) {
  return std::chrono::duration<double, std::milli>(Steady::now() - start).count();
}

// Puts resources a thousand at a time.
class Loader {
 public:
  explicit Loader(test::Fhir& fhir) : fhir_(fhir) {}

  void put(const std::string& type, const std::string& id, const std::string& json) {
    auto read = model::read_json(test::definitions(), json, {});
    if (!read) std::abort();
    auto& write = unit_.writes.emplace_back();
    write.type = type;
    write.id = id;
    write.index =
        search::index_to_store(*fhir_.context->parameters.now(), {&read->tree, read->tree.root()});
    write.body = store::prepare_body(test::definitions(), read->tree, id);
    if (unit_.writes.size() == 1'000) commit();
  }
  void commit() {
    if (!commit_now(*fhir_.store, std::move(unit_))) std::abort();
    unit_ = {};
  }

 private:
  test::Fhir& fhir_;
  store::Unit unit_;
};

std::string condition(const std::string& id, int code) {
  return R"({"resourceType":"Condition","clinicalStatus":{"coding":[{"system":)"
         R"("http://terminology.hl7.org/CodeSystem/condition-clinical","code":"active"}]},)"
         R"("code":{"coding":[{"system":"http://snomed.info/sct","code":")" +
         std::to_string(38341003 + code) + R"("}]},"subject":{"reference":"Patient/p)" + id +
         R"("}})";
}

// Everybody has three problems of 24 kinds.
void load(Loader& loader, int people) {
  for (int n = 0; n < people; ++n) {
    const auto number = static_cast<std::uint32_t>(n);
    const auto household = bench::People::household(number);
    loader.put("Patient", household[0].id, household[0].json);
    const auto id = std::to_string(n);
    for (int k = 0; k < 3; ++k)
      loader.put("Condition", "x" + id + "-" + std::to_string(k),
                 condition(id, (n * 7 + k * 5) % 24));
  }
  loader.commit();
}

std::string characteristic(const std::string& search, bool exclude = false) {
  return R"({"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/cqf-expression",)"
         R"("valueExpression":{"language":"application/x-fhir-query","expression":")" +
         search + R"("}}],"code":{"text":"x"},"valueBoolean":true,"exclude":)" +
         (exclude ? "true}" : "false}");
}

// Who is old and has one of two problems, but not a third.
std::string criteria(int set) {
  const auto code = [&](int offset) {
    return "http://snomed.info/sct|" + std::to_string(38341003 + (set * 2 + offset) % 24);
  };
  return R"({"resourceType":"Group","type":"person","actual":false,"name":"Set )" +
         std::to_string(set) + R"(","characteristic":[)" +
         characteristic("Patient?birthdate=le1961-01-01") + "," +
         characteristic("Condition?clinical-status=active&code=" + code(0) + "," + code(1)) + "," +
         characteristic("Condition?code=" + code(7), true) + "]}";
}

void cohorts(test::Fhir& fhir) {
  constexpr int sets = 12;
  double all = 0, cpu_all = 0;
  for (int set = 0; set < sets; ++set) {
    const auto id = "k" + std::to_string(set);
    auto json = criteria(set);
    json.insert(json.size() - 1, R"(,"id":")" + id + "\"");
    if (fhir.update({"Group", id}, json).status != interaction::Status::created) std::abort();
    interaction::OperationCall call;
    call.type = "Group";
    call.id = id;
    call.name = "evaluate-cohort";
    const auto start = Steady::now();
    const auto cpu = bench::cpu_us();
    const auto answer = fhir.wait([&](interaction::Done done) {
      interaction::evaluate_cohort(*fhir.session, call, std::move(done));
    });
    const auto ms = ms_since(start);
    const auto used = (bench::cpu_us() - cpu) / 1'000;
    all += ms;
    cpu_all += used;
    std::printf("set %2d: %8.0f ms (%.0f ms CPU), status %d, %zu bytes\n", set, ms, used,
                static_cast<int>(answer.status), answer.body.size());
  }
  std::printf("%d sets: %.2f s (%.2f s CPU)\n", sets, all / 1'000, cpu_all / 1'000);
}

void care_plan(test::Fhir& fhir, Loader& loader) {
  const std::string whose = "p1";
  for (int n = 0; n < 125; ++n) {
    auto household = bench::People::household(static_cast<std::uint32_t>(1'000'000 + n));
    for (std::size_t i = 1; i < household.size(); ++i) {
      auto json = household[i].json;
      const auto own = "Patient/p" + std::to_string(1'000'000 + n) + "\"";
      for (auto at = json.find(own); at != std::string::npos; at = json.find(own, at + 1))
        json.replace(at, own.size(), "Patient/" + whose + "\"");
      loader.put(household[i].type, household[i].id, json);
    }
  }
  loader.commit();
  interaction::OperationCall call;
  call.type = "Patient";
  call.id = whose;
  call.name = "care-plan";
  std::vector<double> each;
  std::size_t bytes = 0;
  constexpr int runs = 300;
  const auto cpu = bench::cpu_us();
  for (int i = 0; i < runs; ++i) {
    const auto start = Steady::now();
    bytes = interaction::care_plan(*fhir.session, call).body.size();
    each.push_back(ms_since(start));
  }
  std::sort(each.begin(), each.end());
  std::printf("care plan of 500 resources, %zu bytes: %.2f ms CPU, median %.2f ms, p99 %.2f ms\n",
              bytes, (bench::cpu_us() - cpu) / 1'000 / runs, each[each.size() / 2],
              each[each.size() * 99 / 100]);
}

}  // namespace

int main(int count, char** words) {
  const int people = count > 1 ? std::atoi(words[1]) : 100'000;
  const test::Folder folder;
  test::Fhir fhir({}, folder.path());
  Loader loader(fhir);
  const auto start = Steady::now();
  load(loader, people);
  std::printf("%d people with three problems each: loaded in %.1f s\n", people,
              ms_since(start) / 1'000);
  cohorts(fhir);
  care_plan(fhir, loader);
}
