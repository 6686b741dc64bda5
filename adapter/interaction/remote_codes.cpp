#include "interaction/remote_codes.h"

#include "base/text.h"
#include "interaction/canonical.h"
#include "model/json.h"
#include "terminology/core.h"
#include "terminology/elements.h"
#include "terminology/resolve.h"

#include <algorithm>
#include <utility>

namespace fingerpost::interaction {
namespace {

// What may be said to another server, and what changes no answer and is not said. A call with any
// other parameter is answered here.
constexpr std::string_view told[] = {"url",   "system", "code",  "version",
                                     "codeA", "codeB",  "count", "offset"};
constexpr std::string_view kept_back[] = {"display", "displayLanguage", "property", "coding"};

template <std::size_t N>
bool among(const std::string_view (&names)[N], std::string_view name) {
  return std::find(std::begin(names), std::end(names), name) != std::end(names);
}

void append_encoded(std::string& out, std::string_view text) {
  constexpr char digits[] = "0123456789ABCDEF";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (is_letter(c) || is_digit(c) || c == '-' || c == '.' || c == '_' || c == '~') {
      out += c;
    } else {
      out += '%';
      out += digits[byte >> 4];
      out += digits[byte & 15];
    }
  }
}

using Pairs = std::vector<std::pair<std::string_view, std::string_view>>;

// The parameters as they may be told; none when the call says more than that.
std::optional<Pairs> telling(const Tree& parameters, bool coded_by_url) {
  const terminology::Elements at{parameters};
  Pairs pairs;
  bool more = false;
  at.each(parameters.root(), "parameter", [&](NodeId parameter) {
    const auto name = at.text(parameter, "name");
    const NodeId value = at.child(parameter, "value");
    if (value == no_node || (!among(told, name) && !among(kept_back, name))) {
      more = true;
    } else if (name == "coding") {
      const std::string_view system = coded_by_url ? "url" : "system";
      for (const auto& [from, to] :
           {std::pair{"system", system}, {"code", "code"}, {"version", "version"}})
        if (const auto text = at.text(value, from); !text.empty()) pairs.emplace_back(to, text);
    } else if (among(told, name)) {
      pairs.emplace_back(name, parameters.text(value));
    }
  });
  if (more) return std::nullopt;
  return pairs;
}

std::string with_pairs(std::string question, const Pairs& pairs) {
  char mark = '?';
  for (const auto& [name, value] : pairs) {
    question += std::exchange(mark, '&');
    question += name;
    question += '=';
    append_encoded(question, value);
  }
  return question;
}

std::string_view value_of(const Pairs& pairs, std::string_view name) {
  for (const auto& [key, value] : pairs)
    if (key == name) return value;
  return {};
}

// A code system's own url, or the url of a value set that its owner defines by it.
bool belongs(std::string_view url, const std::vector<std::string>& systems) {
  return std::any_of(systems.begin(), systems.end(), [&](const std::string& system) {
    return url.starts_with(system) && (url.size() == system.size() || url[system.size()] == '?' ||
                                       url[system.size()] == '/' || url[system.size()] == '|');
  });
}

bool is_here(const Session& session, std::string_view type, std::string_view canonical) {
  const auto url = terminology::canonical(canonical).url;
  const auto& context = session.context;
  const auto core = context.codes ? *context.codes : terminology::core(context.definitions);
  if (type == "CodeSystem" ? core.has_code_system(url) : core.has_value_set(url)) return true;
  const auto stored = stored_with_uri(session, type, "url", url);
  return !stored || !stored->empty();
}

// The resource that the server answered with, as it is written here.
Answer read_answer(const Context& context, std::string body) {
  const auto read = model::read_json(context.definitions, std::move(body), context.limits);
  const auto type =
      read ? context.definitions.type_name(read->tree[read->tree.root()].type) : std::string_view();
  if (type != "Parameters" && type != "ValueSet")
    return failure(
        Error{Kind::busy, "not checked: the terminology server's answer is not one", ""});
  Answer answer;
  model::write_json(context.definitions, read->tree, read->tree.root(), answer.body);
  return answer;
}

}  // namespace

std::optional<std::string> remote_question(const Session& session, const OperationCall& call) {
  const auto* const remote = session.context.remote_codes;
  constexpr std::string_view operations[] = {"lookup", "subsumes", "validate-code", "expand"};
  if (remote == nullptr || !call.id.empty() || !among(operations, call.name)) return std::nullopt;
  const auto parameters = parameters_of(session, call, "");
  if (!parameters) return std::nullopt;  // to be told so here
  const bool by_url = call.type == "CodeSystem" && call.name == "validate-code";
  const auto pairs = telling(*parameters, by_url);
  if (!pairs) return std::nullopt;
  const bool by_system = call.type == "CodeSystem" && !by_url;
  const auto named = value_of(*pairs, by_system ? "system" : "url");
  if (!belongs(named, remote->systems) || is_here(session, call.type, named)) return std::nullopt;
  return with_pairs(std::string(call.type) + "/$" + std::string(call.name), *pairs);
}

std::optional<std::string> code_question(const RemoteCodes& remote, const profile::OpenCode& code) {
  const auto set = terminology::canonical(code.value_set);
  if (!belongs(code.system, remote.systems) || set.url.find('#') != std::string_view::npos)
    return std::nullopt;
  Pairs pairs{{"url", set.url}};
  if (!set.version.empty()) pairs.emplace_back("valueSetVersion", set.version);
  pairs.emplace_back("system", code.system);
  if (!code.version.empty()) pairs.emplace_back("systemVersion", code.version);
  pairs.emplace_back("code", code.code);
  return with_pairs("ValueSet/$validate-code", pairs);
}

namespace {

// Whether an answer's issues, or what terminology servers add to them, say that something it was
// asked about is not known there.
bool says_unknown(const Tree& answer) {
  constexpr std::string_view unknown[] = {"not-found", "not-supported", "too-costly", "exception"};
  constexpr std::string_view marks[] = {"x-unknown-system", "x-caused-by-unknown-system"};
  const terminology::Elements at{answer};
  bool found = false;
  at.each(answer.root(), "parameter", [&](NodeId parameter) {
    const auto name = at.text(parameter, "name");
    found = found || among(marks, name);
    const NodeId outcome = at.child(parameter, "resource");
    if (name != "issues" || outcome == no_node) return;
    at.each(outcome, "issue",
            [&](NodeId issue) { found = found || among(unknown, at.text(issue, "code")); });
  });
  return found;
}

}  // namespace

std::optional<bool> code_answer(const Context& context, Result<std::string> body) {
  if (!body) return std::nullopt;
  const auto read = model::read_json(context.definitions, *std::move(body), context.limits);
  if (!read) return std::nullopt;
  const terminology::Elements at{read->tree};
  std::optional<bool> found;
  at.each(read->tree.root(), "parameter", [&](NodeId parameter) {
    const auto value = at.text(parameter, "value");
    if (at.text(parameter, "name") == "result" && (value == "true" || value == "false"))
      found = value == "true";
  });
  if (found == false && says_unknown(read->tree)) return std::nullopt;
  return found;
}

void ask_elsewhere(const Session& session, std::string question, std::optional<Answer> here,
                   Done done) {
  const auto answer = [&context = session.context, post = session.post, here = std::move(here),
                       done = std::move(done)](Result<std::string> body) {
    post([&context, here, done, body = std::move(body)]() mutable {
      const bool silent = !body && body.error().kind == Kind::busy;
      if (here && !silent && !code_answer(context, body)) return done(*std::move(here));
      done(body ? read_answer(context, *std::move(body)) : failure(body.error()));
    });
  };
  session.context.remote_codes->get(std::move(question), answer);
}

namespace {

// What a call asks of one value set and one code; none when it says more than that.
std::optional<profile::OpenCode> code_asked(const Tree& parameters) {
  const terminology::Elements at{parameters};
  profile::OpenCode asked;
  std::string version;
  int codes = 0;
  bool more = false;
  const auto take = [&](NodeId coding) {
    ++codes;
    asked.system = at.text(coding, "system");
    asked.version = at.text(coding, "version");
    asked.code = at.text(coding, "code");
  };
  const std::pair<std::string_view, std::string*> texts[] = {{"url", &asked.value_set},
                                                             {"valueSetVersion", &version},
                                                             {"system", &asked.system},
                                                             {"systemVersion", &asked.version},
                                                             {"code", &asked.code}};
  at.each(parameters.root(), "parameter", [&](NodeId parameter) {
    const auto name = at.text(parameter, "name");
    const NodeId value = at.child(parameter, "value");
    const auto* const text = std::find_if(std::begin(texts), std::end(texts),
                                          [&](const auto& one) { return one.first == name; });
    if (value == no_node) {
      more = true;
    } else if (name == "coding") {
      take(value);
    } else if (name == "codeableConcept") {
      at.each(value, "coding", take);
    } else if (text != std::end(texts)) {
      *text->second = parameters.text(value);
      codes += name == "code" ? 1 : 0;
    } else {
      more = more || !among(kept_back, name);
    }
  });
  if (more || codes != 1 || asked.value_set.empty() || asked.code.empty()) return std::nullopt;
  if (!version.empty()) (asked.value_set += '|') += version;
  return asked;
}

}  // namespace

std::optional<std::string> membership_question(const Session& session, const OperationCall& call,
                                               const Answer& here) {
  const auto& context = session.context;
  if (context.remote_codes == nullptr || call.type != "ValueSet" || call.name != "validate-code" ||
      !call.id.empty())
    return std::nullopt;
  const bool is_told = here.failed()
                           ? here.status != Status::not_found
                           : code_answer(context, std::string(here.content())).has_value();
  if (is_told) return std::nullopt;
  const auto parameters = parameters_of(session, call, "");
  if (!parameters) return std::nullopt;
  const auto asked = code_asked(*parameters);
  return asked ? code_question(*context.remote_codes, *asked) : std::nullopt;
}

}  // namespace fingerpost::interaction
