// lowBoundary(), highBoundary() and precision() of dates and times.

#include "value/temporal.h"

#include <algorithm>
#include <array>

namespace fingerpost::value {
namespace {

struct Step {
  int digits;  // of YYYYMMDDHHMMSSsss
  Precision precision;
};
constexpr std::array<Step, 7> steps = {{{4, Precision::year},
                                        {6, Precision::month},
                                        {8, Precision::day},
                                        {10, Precision::hour},
                                        {12, Precision::minute},
                                        {14, Precision::second},
                                        {17, Precision::second}}};
constexpr int date_digits = 8;

int days_in(const Temporal& month) {
  Temporal last = month;
  last.precision = Precision::day;
  for (int day = 31; day > 28; --day) {
    last.day = static_cast<std::uint8_t>(day);
    last.kind = Temporal::Kind::date;
    last.zoned = false;
    if (Temporal::parse(Temporal::Kind::date, last.text())) return day;
  }
  return 28;
}

// Gives the fields the value does not have their least or greatest value.
void fill(Temporal& value, Bound bound) {
  const bool low = bound == Bound::low;
  const auto pick = [low](int least, int greatest) {
    return static_cast<std::uint8_t>(low ? least : greatest);
  };
  if (value.kind != Temporal::Kind::time) {
    if (value.precision < Precision::month) value.month = pick(1, 12);
    if (value.precision < Precision::day) value.day = pick(1, days_in(value));
  }
  if (value.precision < Precision::hour) value.hour = pick(0, 23);
  if (value.precision < Precision::minute) value.minute = pick(0, 59);
  if (value.precision < Precision::second) value.second = pick(0, 59);
  if (!low && value.fraction_digits < 3) {
    std::uint32_t unit = 1'000'000'000;
    for (int i = 0; i < value.fraction_digits; ++i) unit /= 10;
    value.nanosecond += unit - 1'000'000;
  }
}

// Cuts what is finer than the precision asked for.
void cut(Temporal& value, const Step& step) {
  if (step.precision < Precision::second) value.second = 0;
  if (step.precision < Precision::minute) value.minute = 0;
  if (step.precision < Precision::hour) value.hour = 0;
  if (step.precision < Precision::day) value.day = 0;
  if (step.precision < Precision::month) value.month = 0;
  if (step.digits < 17) value.nanosecond = 0;
  value.fraction_digits = step.digits == 17 ? 3 : 0;
  value.precision = step.precision;
}

}  // namespace

int digits(const Temporal& value) {
  int count = 0;
  for (const auto& step : steps)
    if (step.precision <= value.precision && step.digits != 17) count = step.digits;
  if (value.fraction_digits > 0) count += value.fraction_digits;
  return value.kind == Temporal::Kind::time ? count - date_digits : count;
}

std::optional<Temporal> boundary(const Temporal& value, Bound bound, int wanted) {
  const bool time = value.kind == Temporal::Kind::time;
  const int in_full = time ? wanted + date_digits : wanted;
  const auto step =
      std::find_if(steps.begin(), steps.end(), [&](const Step& s) { return s.digits == in_full; });
  if (step == steps.end() || (time && step->precision < Precision::hour)) return {};
  if (value.kind == Temporal::Kind::date && step->precision > Precision::day) return {};
  Temporal filled = value;
  fill(filled, bound);
  cut(filled, *step);
  if (value.kind == Temporal::Kind::date_time && !value.zoned &&
      step->precision >= Precision::hour) {
    // Without a zone it may stand anywhere on earth: UTC+14 is the first to see a moment.
    filled.zoned = true;
    filled.offset_minutes = bound == Bound::low ? 14 * 60 : -12 * 60;
  } else if (step->precision < Precision::hour) {
    filled.zoned = false;
  }
  return filled;
}

}  // namespace fingerpost::value
