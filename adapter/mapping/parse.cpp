#include "mapping/parse.h"

#include "mapping/parser.h"

#include <array>

namespace fingerpost::mapping {
namespace {

struct Named {
  std::string_view name;
  Transform transform;
};
constexpr std::array transforms = {Named{"create", Transform::create},
                                   Named{"copy", Transform::copy},
                                   Named{"truncate", Transform::truncate},
                                   Named{"escape", Transform::escape},
                                   Named{"cast", Transform::cast},
                                   Named{"append", Transform::append},
                                   Named{"translate", Transform::translate},
                                   Named{"reference", Transform::reference},
                                   Named{"dateOp", Transform::date_op},
                                   Named{"uuid", Transform::uuid},
                                   Named{"pointer", Transform::pointer},
                                   Named{"evaluate", Transform::evaluate},
                                   Named{"cc", Transform::cc},
                                   Named{"c", Transform::c},
                                   Named{"qty", Transform::qty},
                                   Named{"id", Transform::id},
                                   Named{"cp", Transform::cp},
                                   Named{"error", Transform::error},
                                   Named{"warn", Transform::warn},
                                   Named{"ignore", Transform::ignore},
                                   Named{"v2date", Transform::v2date},
                                   Named{"hl7v3date", Transform::hl7v3date},
                                   Named{"csvdate", Transform::csvdate},
                                   Named{"clear", Transform::clear}};

// The signs between two codes of a conceptmap, as R4 equivalences.
struct Relation {
  std::string_view sign;
  std::string_view equivalence;
};
constexpr std::array relations = {Relation{"==", "equivalent"}, Relation{"=", "equal"},
                                  Relation{"-", "relatedto"},   Relation{"!=", "disjoint"},
                                  Relation{"<=", "wider"},      Relation{">=", "narrower"},
                                  Relation{"~", "inexact"}};

}  // namespace

Transform transform_named(std::string_view name) {
  for (const auto& known : transforms)
    if (known.name == name) return known.transform;
  return Transform::none;
}

std::string_view transform_name(Transform transform) {
  for (const auto& known : transforms)
    if (known.transform == transform) return known.name;
  return "";
}

std::string_view relation_sign(std::string_view equivalence) {
  for (const auto& known : relations)
    if (known.equivalence == equivalence) return known.sign;
  return "-";
}

std::string_view last_part(std::string_view url) {
  url = url.substr(0, url.find('|'));
  return url.substr(url.rfind('/') + 1);
}

std::string path_string(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') out += '\\';
    if (c == '\n') {
      out += "\\n";
    } else {
      out += c;
    }
  }
  return out + "'";
}

Result<MapText> parse_map(std::string_view text, std::string file, const Limits& limits) {
  if (text.size() > limits.map_bytes)
    return Error{Kind::invalid, "the map is over the limit map_bytes", file + ":1:1"};
  return Parser(text, std::move(file), limits).parse();
}

Error Parser::error(At at, std::string text) const {
  return {Kind::invalid, std::move(text),
          map_.file + ":" + std::to_string(at.line) + ":" + std::to_string(at.column)};
}

Error Parser::unexpected(std::string_view wanted) const {
  const Token& found = peek();
  const std::string what = found.kind == Token::Kind::end
                               ? "the end"
                               : "'" + std::string(found.text.substr(0, 40)) + "'";
  return error(found.at, "expected " + std::string(wanted) + " but found " + what);
}

Result<void> Parser::expect(std::string_view symbol) {
  if (accept(symbol)) return {};
  return unexpected("'" + std::string(symbol) + "'");
}

Result<std::string> Parser::name() {
  if (peek().kind != Token::Kind::name && peek().kind != Token::Kind::text)
    return unexpected("a name");
  return take().value;
}

Result<std::string> Parser::quoted_text() {
  if (peek().kind != Token::Kind::text) return unexpected("a text in quotes");
  return take().value;
}

Result<MapText> Parser::parse() {
  auto read = read_tokens(text_);
  if (!read)
    return Error{read.error().kind, read.error().text, map_.file + ":" + read.error().where};
  tokens_ = std::move(read->tokens);
  directives_ = std::move(read->directives);
  if (auto done = header(); !done) return done.error();
  while (peek().kind != Token::Kind::end)
    if (auto done = declaration(); !done) return done.error();
  if (auto done = directives(); !done) return done.error();
  if (map_.groups.empty()) return error({1, 1}, "a map needs a group");
  if (map_.name.empty()) map_.name = last_part(map_.url);
  return std::move(map_);
}

// map "url" = "name", the older header.
Result<void> Parser::header() {
  if (!peek().is("map")) return {};
  take();
  LET(map_.url, quoted_text());
  if (auto done = expect("="); !done) return done;
  LET(map_.name, quoted_text());
  accept(";");
  return {};
}

Result<void> Parser::directives() {
  for (const auto& directive : directives_) {
    if (directive.key == "url") map_.url = directive.value;
    if (directive.key == "name") map_.name = directive.value;
    if (directive.key == "isolate") map_.isolated.push_back(directive.value);
    if (directive.key == "parameter") map_.parameters.push_back(directive.value);
    if (directive.key == "extension") map_.extensions.push_back(directive.value);
    if (directive.key != "dialect") continue;
    if (directive.value != "standard" && directive.value != "extended")
      return error(directive.at, "a dialect is standard or extended");
    map_.stated_dialect = directive.value == "standard" ? Dialect::standard : Dialect::extended;
  }
  if (map_.url.empty() && map_.name.empty())
    return error({1, 1}, "a map needs a url: /// url = \"…\", or map \"url\" = \"name\"");
  return {};
}

Result<void> Parser::declaration() {
  if (accept("uses")) return uses();
  if (accept("imports")) {
    LET(auto url, quoted_text());
    map_.imports.push_back(std::move(url));
    accept(";");
    return {};
  }
  if (accept("conceptmap")) return concept_map();
  if (accept("group")) return group();
  return unexpected("uses, imports, conceptmap or group");
}

Result<void> Parser::uses() {
  UsesText uses;
  uses.at = peek().at;
  LET(uses.url, quoted_text());
  uses.alias = last_part(uses.url);
  if (accept("alias")) {
    LET(uses.alias, name());
  }
  if (auto done = expect("as"); !done) return done;
  if (peek().is("source") || peek().is("queried")) {
    uses.mode = Mode::source;
  } else if (peek().is("target") || peek().is("produced")) {
    uses.mode = Mode::target;
  } else {
    return unexpected("source, target, queried or produced");
  }
  take();
  accept(";");
  map_.uses.push_back(std::move(uses));
  return {};
}

Result<void> Parser::concept_map() {
  ConceptMapText made;
  LET(made.name, quoted_text());
  if (auto done = expect("{"); !done) return done;
  std::vector<std::pair<std::string, std::string>> prefixes;
  while (!accept("}")) {
    if (peek().is("prefix") && !peek(1).is(":")) {
      take();
      LET(auto prefix, name());
      if (auto done = expect("="); !done) return done;
      LET(auto url, quoted_text());
      prefixes.emplace_back(std::move(prefix), std::move(url));
    } else {
      LET(auto pair, code_pair(prefixes));
      made.pairs.push_back(std::move(pair));
    }
    accept(";");
  }
  map_.concept_maps.push_back(std::move(made));
  return {};
}

Result<CodePairText> Parser::code_pair(
    const std::vector<std::pair<std::string, std::string>>& prefixes) {
  const auto side = [&](std::string& system, std::string& code) -> Result<void> {
    const At at = peek().at;
    LET(const auto prefix, name());
    for (const auto& [known, url] : prefixes)
      if (known == prefix) system = url;
    if (system.empty()) return error(at, "no prefix " + prefix + " in this conceptmap");
    if (auto done = expect(":"); !done) return done;
    if (peek().kind == Token::Kind::number) {
      code = take().text;
      return {};
    }
    LET(code, name());
    return {};
  };
  CodePairText pair;
  if (auto done = side(pair.source_system, pair.source); !done) return done.error();
  for (const auto& relation : relations)
    if (peek().is(relation.sign)) pair.relation = relation.equivalence;
  if (pair.relation.empty()) return unexpected("==, =, -, !=, <=, >= or ~");
  take();
  if (auto done = side(pair.target_system, pair.target); !done) return done.error();
  return pair;
}

Result<void> Parser::group() {
  GroupText group;
  group.at = peek().at;
  LET(group.name, name());
  if (auto done = expect("("); !done) return done;
  do {
    LET(auto made, parameter());
    group.parameters.push_back(std::move(made));
  } while (accept(","));
  if (auto done = expect(")"); !done) return done;
  if (accept("extends")) {
    LET(group.extends, name());
  }
  if (accept("<<"))
    if (auto done = group_default(group); !done) return done;
  if (auto done = expect("{"); !done) return done;
  LET(group.rules, rules());
  map_.groups.push_back(std::move(group));
  return {};
}

Result<ParameterText> Parser::parameter() {
  ParameterText made;
  made.at = peek().at;
  if (accept("target")) {
    made.mode = Mode::target;
  } else if (!accept("source")) {
    return unexpected("source or target");
  }
  LET(made.name, name());
  if (accept(":")) {
    LET(made.type, name());
  }
  return made;
}

Result<void> Parser::group_default(GroupText& group) {
  if (accept("types")) {
    group.is_default = Default::types;
  } else if (accept("type")) {
    if (auto done = expect("+"); !done) return done;
    group.is_default = Default::type_and_types;
  } else {
    return unexpected("types or type+");
  }
  return expect(">>");
}

// After the opening brace, through the closing one.
Result<std::vector<RuleText>> Parser::rules() {
  std::vector<RuleText> made;
  if (++depth_ > limits_.expression_depth) return error(peek().at, "rules nested too deep");
  while (!accept("}")) {
    LET(auto one, rule());
    made.push_back(std::move(one));
  }
  --depth_;
  return made;
}

}  // namespace fingerpost::mapping
