#include "http/measured.h"

#include <algorithm>
#include <string>
#include <utility>

namespace fingerpost::http {
namespace {

constexpr std::string_view names[] = {"read",         "vread",   "search", "history", "create",
                                      "update",       "patch",   "delete", "batch",   "operation",
                                      "capabilities", "message", "other"};
static_assert(std::size(names) == asked_kinds);

// A row fits when all that it says fits; the first that does is taken. segments -1: any number.
struct Rule {
  Method method;
  int segments;
  std::string_view last;  // "": any
  Asked asked;
};
constexpr Rule rules[] = {
    {Method::get, 1, "metadata", Asked::capabilities},
    {Method::get, 0, "", Asked::search},
    {Method::get, 1, "", Asked::search},
    {Method::get, 2, "", Asked::read},
    {Method::get, 3, "", Asked::search},  // of a compartment
    {Method::post, -1, "_search", Asked::search},
    {Method::post, 0, "", Asked::bundle},
    {Method::post, 1, "", Asked::create},
    {Method::put, -1, "", Asked::update},
    {Method::patch, -1, "", Asked::patch},
    {Method::remove, -1, "", Asked::remove},
};

struct Shape {
  int segments = 0;
  std::string_view last;
  int history_at = 0;  // which segment, from 1, is _history; 0: none
  bool operation = false;
};
Shape shape_of(std::string_view path) {
  Shape shape;
  while (!path.empty()) {
    if (path.front() == '/') {
      path.remove_prefix(1);
      continue;
    }
    shape.last = path.substr(0, path.find('/'));
    path.remove_prefix(shape.last.size());
    ++shape.segments;
    if (shape.last == "_history") shape.history_at = shape.segments;
    shape.operation |= shape.last.front() == '$';
  }
  return shape;
}

}  // namespace

std::string_view name(Asked asked) {
  return names[static_cast<std::size_t>(asked)];
}

Asked asked_of(Method method, std::string_view path) {
  if (method == Method::head) method = Method::get;
  const auto shape = shape_of(path);
  if (shape.operation) return Asked::operation;
  if (method == Method::get && shape.history_at != 0)
    return shape.history_at < shape.segments ? Asked::vread : Asked::history;
  for (const auto& rule : rules)
    if (rule.method == method && (rule.segments < 0 || rule.segments == shape.segments) &&
        (rule.last.empty() || rule.last == shape.last))
      return rule.asked;
  return Asked::other;
}

void HttpMeasures::add(Asked asked, int status, std::uint64_t took_us) {
  const auto place = static_cast<std::size_t>(asked);
  const auto status_class = static_cast<std::size_t>(std::clamp(status / 100, 0, 5));
  took_us_[place].add(took_us);
  answers_[place][status_class].add();
}

void HttpMeasures::write(MetricsText& page) const {
  using Type = MetricsText::Type;
  page.family("fingerpost_http_seconds", Type::histogram,
              "From a whole request to its answer, by FHIR interaction.");
  for (std::size_t i = 0; i < asked_kinds; ++i)
    page.samples({{"interaction", names[i]}}, took_us_[i], 1e6);
  page.family("fingerpost_http_answers_total", Type::counter,
              "Answers, by FHIR interaction and class of the status.");
  for (std::size_t i = 0; i < asked_kinds; ++i)
    for (std::size_t c = 2; c < classes; ++c)
      page.sample({{"interaction", names[i]}, {"status", std::to_string(c) + "xx"}},
                  answers_[i][c].value());
}

Handler measured(Handler handler, HttpMeasures& measures, Clock& clock,
                 std::optional<Asked> asked) {
  return
      [handler = std::move(handler), &measures, &clock, asked](Request request, Respond respond) {
        const auto what = asked ? *asked : asked_of(request.head.method, request.path);
        handler(std::move(request), [&measures, &clock, what, since = clock.monotonic_us(),
                                     respond = std::move(respond)](Response response) {
          const auto took = std::max<std::int64_t>(0, clock.monotonic_us() - since);
          measures.add(what, response.status, static_cast<std::uint64_t>(took));
          respond(std::move(response));
        });
      };
}

}  // namespace fingerpost::http
