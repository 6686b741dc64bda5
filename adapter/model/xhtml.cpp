#include "model/xhtml.h"

#include "base/text.h"
#include "wire/xml.h"

namespace fingerpost::model {
namespace {

constexpr std::string_view start = "<div";

std::string without_entity(std::string_view text) {
  constexpr std::string_view entity = "&nbsp;";
  std::string made;
  for (auto at = text.find(entity); at != std::string_view::npos; at = text.find(entity)) {
    (made += text.substr(0, at)) += "&#160;";
    text.remove_prefix(at + entity.size());
  }
  return made += text;
}

}  // namespace

Div div_of(std::string_view narrative) {
  Div div;
  div.markup = std::string(trim(narrative));
  auto parsed = wire::parse_xml(div.markup, Limits{});
  if (!parsed) {
    div.markup = without_entity(div.markup);
    parsed = wire::parse_xml(div.markup, Limits{});
  }
  if (div.markup.starts_with(start) && parsed) {
    const wire::XmlView root(*parsed);
    if (root.name() == "div" && root.space() == xhtml_space) div.kind = Div::Kind::xhtml;
    if (root.name() == "div" && root.space().empty() && !root.start().declares)
      div.kind = Div::Kind::bare;
  }
  if (div.kind == Div::Kind::bare)
    div.markup.insert(start.size(), " xmlns=\"" + std::string(xhtml_space) + "\"");
  if (div.kind == Div::Kind::other) div.markup.clear();
  return div;
}

}  // namespace fingerpost::model
