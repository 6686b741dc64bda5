// A map as FML text: parsed again, it is the same map.

#include "base/text.h"
#include "mapping/parse.h"

#include <algorithm>
#include <array>
#include <map>

namespace fingerpost::mapping {
namespace {

// Words that mean something where a name may stand.
constexpr std::array<std::string_view, 32> words = {
    "and",    "as",        "check",    "collate",  "contains", "default", "div",   "extends",
    "false",  "first",     "implies",  "in",       "is",       "last",    "log",   "map",
    "mod",    "not_first", "not_last", "only_one", "or",       "prefix",  "share", "single",
    "source", "target",    "then",     "true",     "type",     "types",   "where", "xor"};

std::string quoted(std::string_view text, char quote) {
  constexpr std::string_view from = "\n\r\t\f", to = "nrtf";
  std::string out(1, quote);
  for (const char c : text) {
    const auto at = from.find(c);
    if (at != std::string_view::npos)
      (out += '\\') += to[at];
    else
      (c == quote || c == '\\' ? out += '\\' : out) += c;
  }
  return out + quote;
}

std::string name_text(std::string_view name) {
  const auto plain = [](char c) { return is_letter(c) || is_digit(c) || c == '_'; };
  const bool good = !name.empty() && !is_digit(name[0]) &&
                    std::all_of(name.begin(), name.end(), plain) &&
                    std::find(words.begin(), words.end(), name) == words.end();
  return good ? std::string(name) : quoted(name, '`');
}

// Whether the bracket that a text begins with closes at its end.
bool is_in_brackets(std::string_view text) {
  if (text.size() < 2 || text.front() != '(' || text.back() != ')') return false;
  int open = 0;
  char quote = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (quote != 0) {
      at += c == '\\';
      if (c == quote) quote = 0;
      continue;
    }
    if (text.substr(at, 2) == "//" || text.substr(at, 2) == "/*") {
      const auto end = text.find(text[at + 1] == '/' ? "\n" : "*/", at + 2);
      if (end == std::string_view::npos) return false;
      at = text[end] == '\n' ? end : end + 1;
      continue;
    }
    if (c == '\'' || c == '"' || c == '`') quote = c;
    open += (c == '(') - (c == ')');
    if (open == 0) return at + 1 == text.size();
  }
  return false;
}

std::string path_text(std::string_view text) {
  for (text = trim(text); is_in_brackets(text);) text = trim(text.substr(1, text.size() - 2));
  const bool comment = text.find("//") != std::string_view::npos;
  return "(" + std::string(text) + (comment ? "\n)" : ")");
}

class Printer {
 public:
  std::string print(const MapText& map) {
    out_ = "map " + quoted(map.url, '"') + " = " + quoted(map.name, '"') + "\n";
    directives("isolate", map.isolated);
    directives("parameter", map.parameters);
    directives("extension", map.extensions);
    if (map.stated_dialect)
      directives("dialect", {*map.stated_dialect == Dialect::standard ? "standard" : "extended"});
    for (const auto& uses : map.uses)
      out_ += "uses " + quoted(uses.url, '"') + " alias " + name_text(uses.alias) +
              (uses.mode == Mode::source ? " as source\n" : " as target\n");
    for (const auto& import : map.imports) out_ += "imports " + quoted(import, '"') + "\n";
    for (const auto& concepts : map.concept_maps) concept_map(concepts);
    for (const auto& one : map.groups) group(one);
    return std::move(out_);
  }

 private:
  void directives(const char* key, const std::vector<std::string>& values) {
    for (const auto& value : values) out_ += std::string("/// ") + key + " = \"" + value + "\"\n";
  }

  void concept_map(const ConceptMapText& map) {
    out_ += "conceptmap " + quoted(map.name, '"') + " {\n";
    std::map<std::string, std::string> prefixes;
    const auto declare = [&](const std::string& system) {
      const auto [at, fresh] = prefixes.emplace(system, "s" + std::to_string(prefixes.size()));
      if (fresh) out_ += "  prefix " + at->second + " = " + quoted(system, '"') + "\n";
    };
    for (const auto& pair : map.pairs) declare(pair.source_system), declare(pair.target_system);
    for (const auto& pair : map.pairs)
      out_ += "  " + prefixes[pair.source_system] + ":" + quoted(pair.source, '"') + " " +
              std::string(relation_sign(pair.relation)) + " " + prefixes[pair.target_system] + ":" +
              quoted(pair.target, '"') + "\n";
    out_ += "}\n";
  }

  void group(const GroupText& group) {
    out_ += "group " + name_text(group.name) + "(";
    const char* before = "";
    for (const auto& parameter : group.parameters) {
      out_ += before;
      out_ += (parameter.mode == Mode::source ? "source " : "target ") + name_text(parameter.name);
      if (!parameter.type.empty()) out_ += " : " + name_text(parameter.type);
      before = ", ";
    }
    out_ += ")";
    if (!group.extends.empty()) out_ += " extends " + name_text(group.extends);
    if (group.is_default == Default::types) out_ += " <<types>>";
    if (group.is_default == Default::type_and_types) out_ += " <<type+>>";
    out_ += " {\n";
    rules(group.rules, 1);
    out_ += "}\n";
  }

  void rules(const std::vector<RuleText>& all, std::size_t depth) {
    for (const auto& one : all) {
      out_.append(depth * 2, ' ');
      rule(one, depth);
      out_ += ";\n";
    }
  }

  void rule(const RuleText& rule, std::size_t depth) {
    const char* before = "";
    for (const auto& one : rule.sources) {
      out_ += before;
      source(one);
      before = ", ";
    }
    before = " -> ";
    for (const auto& one : rule.targets) {
      out_ += before;
      target(one);
      before = ", ";
    }
    before = " then ";
    for (const auto& call : rule.calls) {
      out_ += before + name_text(call.group);
      arguments(call.arguments);
      before = ", ";
    }
    if (!rule.rules.empty() || (rule.braces && rule.calls.empty())) {
      out_ += rule.calls.empty() ? " then {\n" : " {\n";
      rules(rule.rules, depth + 1);
      out_.append(depth * 2, ' ');
      out_ += "}";
    }
    if (!rule.name.empty()) out_ += " " + quoted(rule.name, '"');
  }

  void place(const std::string& context, const std::vector<std::string>& path) {
    out_ += name_text(context);
    for (const auto& step : path) out_ += "." + name_text(step);
  }

  void source(const SourceText& source) {
    place(source.context, source.path);
    if (!source.type.empty()) out_ += " : " + name_text(source.type);
    if (source.min || source.max) {
      out_ += " " + std::to_string(source.min.value_or(0)) + "..";
      out_ += source.max.value_or(-1) < 0 ? "*" : std::to_string(*source.max);
    }
    if (!source.fallback.text.empty()) out_ += " default " + path_text(source.fallback.text);
    constexpr std::string_view lists[] = {"",      " first",    " not_first",
                                          " last", " not_last", " only_one"};
    out_ += lists[static_cast<std::size_t>(source.list)];
    if (!source.variable.empty()) out_ += " as " + name_text(source.variable);
    if (!source.condition.text.empty()) out_ += " where " + path_text(source.condition.text);
    if (!source.check.text.empty()) out_ += " check " + path_text(source.check.text);
    if (!source.log.text.empty()) out_ += " log " + path_text(source.log.text);
  }

  void target(const TargetText& target) {
    if (!target.context.empty()) {
      place(target.context, target.path);
      if (target.transform != Transform::none) out_ += " = ";
    }
    const bool path = target.transform == Transform::evaluate && target.arguments.size() == 1 &&
                      target.arguments[0].kind == ArgumentText::Kind::path;
    if (path) {
      out_ += path_text(target.arguments[0].text);
    } else if (target.transform != Transform::none) {
      out_ += transform_name(target.transform);
      arguments(target.arguments);
    }
    if (!target.variable.empty()) out_ += " as " + name_text(target.variable);
    constexpr std::string_view lists[] = {"", " first", " share ", " last", " single"};
    out_ += lists[static_cast<std::size_t>(target.list)];
    if (target.list == TargetList::share) out_ += name_text(target.share);
  }

  void arguments(const std::vector<ArgumentText>& all) {
    const char* before = "(";
    for (const auto& one : all) {
      out_ += before;
      argument(one);
      before = ", ";
    }
    out_ += all.empty() ? "()" : ")";
  }

  void argument(const ArgumentText& argument) {
    using K = ArgumentText::Kind;
    switch (argument.kind) {
      case K::variable:
        out_ += name_text(argument.text);
        break;
      case K::text:
        out_ += quoted(argument.text, '\'');
        break;
      case K::path:
        out_ += path_text(argument.text);
        break;
      default:
        out_ += argument.text;
    }
  }

  std::string out_;
};

}  // namespace

std::string print(const MapText& map) {
  return Printer().print(map);
}

}  // namespace fingerpost::mapping
