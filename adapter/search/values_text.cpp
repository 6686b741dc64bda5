#include "search/fold.h"
#include "search/values.h"

namespace fingerpost::search {

Result<void> add_string(const ValueContext& context, std::string_view value,
                        std::string_view modifier, Criterion& criterion) {
  const std::string text = unescape(value);
  TextTest test;
  test.text = fold(text);
  // Everything begins with nothing: it would find all that have a value.
  if (test.text.empty()) return context.bad("the value is blank");
  if (modifier == "exact") {
    test.match = TextMatch::exact;
    test.exact = hash(context.parameters.hash_key(), text);
  } else if (modifier == "contains" || modifier == "text") {
    test.match = TextMatch::contains;
  }
  criterion.texts.push_back(std::move(test));
  return {};
}

Result<void> add_uri(const ValueContext& context, std::string_view value, std::string_view modifier,
                     Criterion& criterion) {
  TextTest test;
  test.text = unescape(value);
  if (criterion.test == Criterion::Test::hash) {
    criterion.hashes.push_back(hash(context.parameters.hash_key(), test.text));
    criterion.lead.hashes.push_back(criterion.hashes.back());
    return {};
  }
  // R4 search.html#uri: above and below go with URLs, which have a hierarchy, not with URNs.
  if (!modifier.empty() && test.text.starts_with("urn:"))
    return context.bad("the modifier does not go with a URN");
  test.match = modifier == "below"   ? TextMatch::below
               : modifier == "above" ? TextMatch::above
                                     : TextMatch::exact;
  criterion.texts.push_back(std::move(test));
  return {};
}

Result<void> add_mime_type(const ValueContext& context, std::string_view value,
                           Criterion& criterion) {
  TextTest test;
  test.match = TextMatch::within;
  test.text = unescape(value);
  if (test.text.find('|') != std::string::npos)
    return context.bad("the value is a type of content: text or text/xml");
  criterion.texts.push_back(std::move(test));
  return {};
}

}  // namespace fingerpost::search
