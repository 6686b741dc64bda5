// trace, now, today and timeOfDay (FHIRPath 5.9).

#include "path/functions.h"
#include "path/run.h"

namespace fingerpost::path {
namespace {

bool trace(const Op& op, Run& run, Collection& out) {
  std::string_view name;
  if (run.text(*op.arguments[0], name) == Got::failed) return false;
  Collection values;
  if (!run.input(op, values)) return false;
  if (op.arguments.size() < 2) {
    if (run.environment.trace) run.environment.trace(name, values);
  } else if (run.environment.trace) {
    Collection shown;
    const Scope scope(run);
    for (std::size_t i = 0; i < values.size(); ++i) {
      run.frame.self = values[i];
      run.frame.index = static_cast<std::int64_t>(i);
      if (!run.evaluate(*op.arguments[1], shown)) return false;
    }
    run.environment.trace(name, shown);
  }
  out.append(values);
  return true;
}

// The clock is the caller's: every now() of one evaluation is the same moment.
bool clock(const Op& op, Run& run, Temporal& now) {
  const auto parsed = Temporal::parse(Temporal::Kind::date_time, run.environment.now);
  if (!parsed || parsed->precision != Precision::second)
    return run.fail(op, "the evaluation was given no clock", Kind::unsupported);
  now = *parsed;
  return true;
}

bool now(const Op& op, Run& run, Collection& out) {
  Temporal moment;
  if (!clock(op, run, moment)) return false;
  out.push(moment);
  return true;
}

bool today(const Op& op, Run& run, Collection& out) {
  Temporal moment, day;
  if (!clock(op, run, moment)) return false;
  day.year = moment.year;
  day.month = moment.month;
  day.day = moment.day;
  day.precision = Precision::day;
  out.push(day);
  return true;
}

bool time_of_day(const Op& op, Run& run, Collection& out) {
  Temporal moment, time;
  if (!clock(op, run, moment)) return false;
  time.kind = Temporal::Kind::time;
  time.hour = moment.hour;
  time.minute = moment.minute;
  time.second = moment.second;
  time.nanosecond = moment.nanosecond;
  time.fraction_digits = moment.fraction_digits;
  time.precision = Precision::second;
  out.push(time);
  return true;
}

}  // namespace

std::span<const Function> utility_functions() {
  static constexpr Function functions[] = {{"trace", 1, 2, trace, Function::Takes::each},
                                           {"now", 0, 0, now},
                                           {"today", 0, 0, today},
                                           {"timeOfDay", 0, 0, time_of_day}};
  return functions;
}

}  // namespace fingerpost::path
