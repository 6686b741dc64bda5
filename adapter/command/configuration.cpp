#include "command/configuration.h"

#include "base/text.h"
#include "command/files.h"
#include "wire/hl7v2_text.h"

#define TOML_EXCEPTIONS 0
#include <algorithm>
#include <limits>
#include <toml++/toml.h>
#include <vector>

namespace fingerpost::command {
namespace {

constexpr auto rest_end = std::string_view::npos;

// What is wrong with one file.
struct Problems {
  std::string_view file;
  std::string text;

  void add(const toml::source_region& at, std::string_view where, std::string_view what) {
    if (!text.empty()) text += '\n';
    text.append(file).append(":").append(std::to_string(at.begin.line)).append(": ");
    text.append(where).append(": ").append(what);
  }
};

// "http://127.0.0.1:8080/fhir", with a port.
bool is_local(std::string_view url) {
  constexpr std::string_view scheme = "http://";
  if (!url.starts_with(scheme)) return false;
  url.remove_prefix(scheme.size());
  const auto address = read_address(url.substr(0, url.find('/')));
  return address && is_loopback(*address);
}

// "https://gateway.example/fhir", without a slash at the end.
Result<std::string> read_base_url(const std::string& url) {
  if (url.empty()) return url;
  const auto scheme = url.find("://");
  const bool web = url.starts_with("http://") || url.starts_with("https://");
  const auto rest = web ? std::string_view(url).substr(scheme + 3) : "";
  const auto host = rest.substr(0, rest.find('/'));
  const auto plain = [](char c) {
    return is_letter(c) || is_digit(c) || std::string_view("-._~:[]%/").find(c) != rest_end;
  };
  if (host.empty() || host.starts_with(':') || !std::all_of(rest.begin(), rest.end(), plain))
    return Error{Kind::invalid, "must be http://HOST… or https://HOST…, without a query", ""};
  return url.substr(0, url.find_last_not_of('/') + 1);
}

// It names a lane of the outbox, and stands in paths.
Result<std::string> read_partner_id(const std::string& id) {
  constexpr std::size_t longest = 64;
  const auto plain = [](char c) {
    return is_letter(c) || is_digit(c) || std::string_view("-._").find(c) != rest_end;
  };
  if (id.size() > longest || !std::all_of(id.begin(), id.end(), plain))
    return Error{Kind::invalid, "may have letters, digits, - . and _ only, and 64 of them", ""};
  return id;
}

// One table being read. Every key asked for is a key there is; finish() refuses all others.
class Section {
 public:
  Section(const toml::table& table, std::string path, Problems& problems)
      : table_(table), path_(std::move(path)), problems_(problems) {}

  void text(std::string_view key, std::string& to) {
    if (const auto* node = find(key))
      value<std::string>(*node, key, "must be a text",
                         [&](std::string found) { to = std::move(found); });
  }

  void flag(std::string_view key, bool& to) {
    if (const auto* node = find(key))
      value<bool>(*node, key, "must be true or false", [&](bool found) { to = found; });
  }

  template <class Number>
  void number(std::string_view key, Number& to) {
    const auto* node = find(key);
    if (node == nullptr) return;
    value<std::int64_t>(*node, key, "must be a whole number", [&](std::int64_t found) {
      if (found < 0 || static_cast<std::uint64_t>(found) >
                           static_cast<std::uint64_t>(std::numeric_limits<Number>::max()))
        return wrong(*node, key, "is out of range");
      to = static_cast<Number>(found);
    });
  }

  void address(std::string_view key, Address& to) { text_read_by(key, to, read_address); }
  void base_url(std::string_view key, std::string& to) { text_read_by(key, to, read_base_url); }
  void partner_id(std::string_view key, std::string& to) { text_read_by(key, to, read_partner_id); }

  // The base of another server: encrypted, unless it is this machine.
  void web_base(std::string_view key, std::string& to) {
    text_read_by(key, to, [](const std::string& url) -> Result<std::string> {
      if (!url.starts_with("https://") && !is_local(url))
        return Error{Kind::invalid, "must begin with https://, or be http:// on loopback", ""};
      return read_base_url(url);
    });
  }

  void charset(std::string_view key, std::string& to) {
    text_read_by(key, to, [](const std::string& name) -> Result<std::string> {
      LET([[maybe_unused]] const auto charset, wire::read_charset(name));
      return name;
    });
  }

  // A text that must be one of `words`; `set` gets its index.
  template <class Set>
  void word(std::string_view key, std::initializer_list<std::string_view> words, Set set) {
    const auto* node = find(key);
    if (node == nullptr) return;
    const auto found = node->value<std::string>();
    std::string choices;
    std::size_t index = 0;
    for (const auto& word : words) {
      if (found == word) return set(index);
      choices.append(choices.empty() ? "" : ", ").append(word);
      ++index;
    }
    wrong(*node, key, "must be one of: " + choices);
  }

  void one_of(std::string_view key, std::initializer_list<std::string_view> words,
              std::string& to) {
    word(key, words, [&](std::size_t index) { to = *(words.begin() + index); });
  }

  void texts(std::string_view key, std::vector<std::string>& to) {
    const auto* node = find(key);
    if (node == nullptr) return;
    if (!node->is_array()) return wrong(*node, key, "must be a list of texts");
    for (const auto& item : *node->as_array())
      value<std::string>(item, key, "must be a list of texts",
                         [&](std::string found) { to.push_back(std::move(found)); });
  }

  template <class Read>
  void section(std::string_view key, Read read) {
    const auto* node = find(key);
    if (node == nullptr) return;
    if (!node->is_table()) return wrong(*node, key, "must be a section");
    enter(*node->as_table(), key, read);
  }

  template <class Read>
  void sections(std::string_view key, Read read) {
    const auto* node = find(key);
    if (node == nullptr) return;
    if (!node->is_array()) return wrong(*node, key, "must be a list of sections");
    for (const auto& item : *node->as_array()) {
      if (!item.is_table()) return wrong(item, key, "must be a list of sections");
      enter(*item.as_table(), key, read);
    }
  }

  void finish() {
    for (const auto& [key, node] : table_) {
      std::string_view nearest;
      bool known = false;
      for (const auto& asked : asked_) {
        known = known || asked == key.str();
        if (edit_distance(asked, key.str()) <= 2) nearest = asked;
      }
      if (known) continue;
      wrong(node, key.str(),
            nearest.empty() ? std::string("no such key")
                            : "no such key; is it " + std::string(nearest) + "?");
    }
  }

 private:
  // A text that `read` turns into a value, or into an error.
  template <class To, class Read>
  void text_read_by(std::string_view key, To& to, Read read) {
    const auto* node = find(key);
    if (node == nullptr) return;
    value<std::string>(*node, key, "must be a text", [&](const std::string& found) {
      auto made = read(found);
      if (!made) return wrong(*node, key, made.error().text);
      to = *std::move(made);
    });
  }

  const toml::node* find(std::string_view key) {
    asked_.push_back(key);
    return table_.get(key);
  }

  template <class Value, class Set>
  void value(const toml::node& node, std::string_view key, std::string_view expected, Set set) {
    if (auto found = node.value_exact<Value>())
      set(*std::move(found));
    else
      wrong(node, key, expected);
  }

  void wrong(const toml::node& node, std::string_view key, std::string_view what) {
    problems_.add(node.source(), full(key), what);
  }

  template <class Read>
  void enter(const toml::table& table, std::string_view key, Read read) {
    Section inner(table, full(key), problems_);
    read(inner);
    inner.finish();
  }

  std::string full(std::string_view key) const {
    return path_.empty() ? std::string(key) : path_ + "." + std::string(key);
  }

  const toml::table& table_;
  std::string path_;
  Problems& problems_;
  std::vector<std::string_view> asked_;
};

void read_listen(Section& section, Listen& listen) {
  section.address("listen", listen.at);
  section.flag("beyond_loopback", listen.beyond_loopback);
}

void read_identifiers(Section& section, exchange::Partner& partner) {
  section.sections("identifier", [&](Section& inner) {
    exchange::PartnerIdentifier identifier;
    inner.text("system", identifier.system);
    inner.text("value", identifier.value);
    partner.identifiers.push_back(std::move(identifier));
  });
}

void read_channel(Section& section, exchange::Partner& partner) {
  using exchange::Channel;
  section.word("channel", {"none", "self", "fhir", "mllp"},
               [&](std::size_t index) { partner.channel = static_cast<Channel>(index); });
  section.web_base("fhir", partner.fhir_base);
  Address mllp;
  section.address("mllp", mllp);
  partner.host = mllp.host;
  partner.port = mllp.port;
}

void read_partner(Section& section, exchange::Partners& partners) {
  exchange::Partner partner;
  section.partner_id("id", partner.id);
  section.text("name", partner.name);
  read_identifiers(section, partner);
  read_channel(section, partner);
  section.text("application", partner.application);
  section.text("facility", partner.facility);
  section.one_of("version",
                 {"2.1", "2.2", "2.3", "2.3.1", "2.4", "2.5", "2.5.1", "2.6", "2.7", "2.7.1", "2.8",
                  "2.8.1", "2.8.2"},
                 partner.version);
  section.charset("charset", partner.charset);
  section.texts("concept_maps", partner.concept_maps);
  partners.list.push_back(std::move(partner));
}

void read_source(Section& section, std::vector<ExtractSource>& sources) {
  ExtractSource source;
  section.word("kind", {"emis", "tpp"},
               [&](std::size_t index) { source.format = index == 0 ? Format::emis : Format::tpp; });
  section.text("partner", source.partner);
  section.text("folder", source.folder);
  section.flag("first_delta", source.first_delta);
  section.number("settle_seconds", source.settle_seconds);
  section.number("poll_seconds", source.poll_seconds);
  sources.push_back(std::move(source));
}

// What is wrong with a source as a whole; nullptr: nothing.
const char* fault_of(const ExtractSource& source, const exchange::Partners& partners) {
  if (source.folder.empty()) return "needs a folder";
  if (!source.partner.empty() && partners.find(source.partner) == nullptr)
    return "its partner is none of this file";
  if (source.format == Format::tpp && source.partner.empty())
    return "needs a partner: its numbers are unique in one system alone";
  return nullptr;
}

// Two of one name would be one history of extracts, and two of one folder a race.
bool meet(const ExtractSource& a, const ExtractSource& b) {
  return a.folder == b.folder || (a.format == b.format && a.id() == b.id());
}

void check_sources(const Configuration& configuration, const toml::source_region& at,
                   Problems& problems) {
  const auto& sources = configuration.sources;
  for (std::size_t i = 0; i < sources.size(); ++i) {
    const auto where = "source " + std::to_string(i + 1);
    if (const auto* fault = fault_of(sources[i], configuration.partners))
      problems.add(at, where, fault);
    for (std::size_t other = 0; other < i; ++other)
      if (meet(sources[i], sources[other]))
        problems.add(at, where,
                     "has the folder, or kind and partner, of source " + std::to_string(other + 1));
  }
}

void read_limits(Section& section, Limits& limits) {
  section.number("body_bytes", limits.body_bytes);
  section.number("depth", limits.depth);
  section.number("nodes", limits.nodes);
  section.number("string_bytes", limits.string_bytes);
  section.number("issues", limits.issues);
  section.number("v2_frame_bytes", limits.v2_frame_bytes);
  section.number("v2_segments", limits.v2_segments);
  section.number("v2_idle_seconds", limits.v2_idle_seconds);
  section.number("v2_answer_seconds", limits.v2_answer_seconds);
  section.number("expression_bytes", limits.expression_bytes);
  section.number("expression_depth", limits.expression_depth);
  section.number("steps", limits.steps);
  section.number("collection_items", limits.collection_items);
  section.number("map_bytes", limits.map_bytes);
  section.number("package_bytes", limits.package_bytes);
  section.number("expansion_codes", limits.expansion_codes);
  section.number("value_set_depth", limits.value_set_depth);
  section.number("value_set_steps", limits.value_set_steps);
  section.number("header_bytes", limits.header_bytes);
  section.number("url_bytes", limits.url_bytes);
  section.number("header_fields", limits.header_fields);
  section.number("body_bytes_together", limits.body_bytes_together);
  section.number("idle_seconds", limits.idle_seconds);
  section.number("header_seconds", limits.header_seconds);
  section.number("body_bytes_per_second", limits.body_bytes_per_second);
  section.number("connections", limits.connections);
  section.number("bundle_entries", limits.bundle_entries);
  section.number("page_default", limits.page_default);
  section.number("page_max", limits.page_max);
  section.number("included", limits.included);
  section.number("patch_operations", limits.patch_operations);
  section.number("parameters", limits.parameters);
  section.number("or_values", limits.or_values);
  section.number("chain_depth", limits.chain_depth);
  section.number("queued_writes", limits.queued_writes);
  section.number("queued_write_bytes", limits.queued_write_bytes);
  section.number("refused_body_bytes", limits.refused_body_bytes);
  section.number("refused_bytes_together", limits.refused_bytes_together);
  section.number("conditional_deletes", limits.conditional_deletes);
  section.number("everything", limits.everything);
  section.number("async_jobs", limits.async_jobs);
  section.number("async_kept_seconds", limits.async_kept_seconds);
  section.number("waiting_requests", limits.waiting_requests);
  section.number("remote_terminology_seconds", limits.remote_terminology_seconds);
  section.number("validation_steps", limits.validation_steps);
  section.number("include_rounds", limits.include_rounds);
  section.number("filter_terms", limits.filter_terms);
  section.number("filter_depth", limits.filter_depth);
  section.number("text_words", limits.text_words);
  section.number("custom_parameters", limits.custom_parameters);
  section.number("search_candidates", limits.search_candidates);
}

void read_root(Section& root, Configuration& to) {
  root.text("data", to.data);
  root.section("http", [&](Section& section) {
    read_listen(section, to.http);
    section.base_url("base_url", to.base_url);
  });
  root.section("fhir", [&](Section& section) {
    section.flag("expunge", to.expunge);
    section.texts("packages", to.packages);
  });
  root.section("mllp", [&](Section& section) {
    to.mllp = Listen{{"127.0.0.1", 2575}};
    read_listen(section, *to.mllp);
  });
  root.section("self", [&](Section& section) {
    section.text("application", to.partners.own_application);
    section.text("facility", to.partners.own_facility);
    section.one_of("zone", {"Europe/London", "UTC"}, to.zone);
    section.flag("trace", to.trace);
    section.word("unknown_receiver", {"refuse", "keep"}, [&](std::size_t index) {
      to.partners.unknown_receiver = static_cast<exchange::UnknownReceiver>(index);
    });
    section.word("nhs_number_check", {"error", "warning", "information"}, [&](std::size_t index) {
      to.nhs_number_check = static_cast<Severity>(index + 1);
    });
  });
  root.section("terminology", [&](Section& section) {
    section.web_base("url", to.terminology.url);
    section.texts("systems", to.terminology.systems);
    section.text("ca_file", to.terminology.ca_file);
  });
  root.section("bars", [&](Section& section) {
    section.text("use_case", to.bars.use_case);
    section.text("use_case_display", to.bars.use_case_display);
  });
  root.section("writes", [&](Section& section) {
    section.word("check", {"structure", "profiles"},
                 [&](std::size_t index) { to.profiles_on_write = index == 1; });
  });
  root.sections("source", [&](Section& section) { read_source(section, to.sources); });
  root.sections("partner", [&](Section& section) { read_partner(section, to.partners); });
  root.section("limits", [&](Section& section) {
    read_limits(section, to.limits);
    section.number("most_waiting_ms", to.most_waiting_ms);
    section.number("async_kept_bytes", to.async_kept_bytes);
  });
  root.finish();
}

}  // namespace

Result<Configuration> read_configuration(std::string_view text, std::string_view name) {
  const auto parsed = toml::parse(text, name);
  Problems problems{name, {}};
  if (!parsed) {
    problems.add(parsed.error().source(), "not TOML", parsed.error().description());
    return Error{Kind::invalid, problems.text, ""};
  }
  Configuration configuration;
  Section root(parsed.table(), "", problems);
  read_root(root, configuration);
  if (problems.text.empty()) {
    const auto sound = check(configuration.partners);
    if (!sound)
      problems.add(parsed.table().source(), "partner " + sound.error().where, sound.error().text);
    check_sources(configuration, parsed.table().source(), problems);
  }
  if (!problems.text.empty()) return Error{Kind::invalid, problems.text, ""};
  return configuration;
}

Result<Configuration> load_configuration(const std::string& path) {
  LET(const auto text, read_file(path));
  return read_configuration(text, path);
}

Error no_such_partner(const std::string& partner, const std::string& config) {
  return {Kind::not_found,
          config.empty() ? "partners are of a configuration: name it with --config"
                         : "is no partner of the configuration",
          partner};
}

Result<void> check_reach(const Listen& listen, std::string_view what) {
  if (is_loopback(listen.at) || listen.beyond_loopback) return {};
  return Error{Kind::forbidden,
               std::string(what) +
                   " would be reachable from other machines, unencrypted and open "
                   "to all. Only a configuration file can ask for that, with "
                   "beyond_loopback = true.",
               to_text(listen.at)};
}

}  // namespace fingerpost::command
