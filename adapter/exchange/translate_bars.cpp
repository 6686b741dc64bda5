#include "exchange/translate_bars.h"

#include "base/text.h"
#include "base/uuid.h"
#include "exchange/translate_finish.h"
#include "exchange/translate_steps.h"
#include "mapping/program.h"
#include "model/primitives.h"
#include "record/bars.h"
#include "terminology/concept_map.h"

#include <array>
#include <memory>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace fingerpost::exchange {
namespace {

constexpr std::string_view received = "https://fingerpost.example/StructureMap/bars-message";
constexpr std::string_view sent = "https://fingerpost.example/StructureMap/bars-send";
constexpr std::string_view systems[] = {
    "https://fingerpost.example/ConceptMap/bars-systems",
    "https://fingerpost.example/ConceptMap/gpconnect-identifier-systems"};
constexpr std::string_view codes = "https://fingerpost.example/ConceptMap/bars-codes";

// The tables of that url: the partner's own first, then everybody's.
class Tables {
 public:
  Tables(const mapping::Maps& maps, std::string_view partner, std::string_view url) {
    for (const std::string_view owner : {partner, std::string_view{}})
      for (const auto& [whose, map] : maps.program().written->concept_maps)
        if (map->url() == url && whose == owner && (owner.empty() || found_.empty()))
          found_.push_back(map.get());
  }

  // {} when none of them knows it.
  record::Spelling::Coded operator()(std::string_view system, std::string_view code) const {
    for (const auto* map : found_)
      if (const auto known = map->translate(system, code); !known.empty())
        return {known[0].system, known[0].code};
    return {};
  }

 private:
  std::vector<const terminology::ConceptMap*> found_;
};

record::Spelling spelling_of(const mapping::Maps& maps, std::string_view partner) {
  record::Spelling spelling;
  spelling.system = [own = Tables(maps, partner, systems[0]),
                     shared = Tables(maps, partner, systems[1])](std::string_view system) {
    const auto known = own("", system).code;
    return known.empty() ? shared("", system).code : known;
  };
  spelling.coding = Tables(maps, partner, codes);
  return spelling;
}

// As an id is written: in small letters.
bool is_uuid(std::string_view text) {
  return model::matches(model::Primitive::uuid, std::string("urn:uuid:").append(text)) &&
         lower(text) == text;
}

// Whose ids the message's are. Two senders never share an owner: nobody meets another's resources
// by the uuid that they have there.
std::string owner_of(std::string_view sender, const TranslateOptions& options) {
  if (!options.partner.empty()) return options.partner;
  return sender.empty() ? options.key_prefix : std::string(sender);
}

// What a reference that leads out of the result meant: a resource of the message that does not come
// along, or something that only its sender has.
Unmapped meant(const model::Definitions& definitions, const record::BarsBundle& bundle,
               std::string_view reference) {
  if (const auto found = bundle.absent.find(reference); found != bundle.absent.end()) {
    const auto slash = found->second.find('/');
    return slash == std::string::npos ? Unmapped{}
                                      : Unmapped{found->second.substr(0, slash), "", ""};
  }
  const auto known = bundle.entries.find(reference);
  if (known == bundle.entries.end()) return {};
  const auto& tree = bundle.tree;
  const auto text = [&](NodeId node, std::string_view name) {
    const auto child = tree.child(node, definitions.names().find(name));
    return child == no_node ? std::string() : std::string(tree.text(child));
  };
  Unmapped found{std::string(definitions.type_name(tree[known->second].type)), "urn:ietf:rfc:3986",
                 "urn:uuid:" + text(known->second, "id")};
  const auto identifier = tree.child(known->second, definitions.names().find("identifier"));
  if (identifier == no_node || text(identifier, "value").empty()) return found;
  found.system = text(identifier, "system");
  found.value = text(identifier, "value");
  return found;
}

// What the map makes of the Bundle.
Result<Translation> run(const model::Definitions& definitions, const mapping::Maps& maps,
                        std::string_view map, std::shared_ptr<const record::BarsBundle> bundle,
                        std::span<const mapping::Parameter> parameters,
                        const TranslateOptions& options) {
  Translation made{Tree(definitions.names()), bundle->issues, {}, {}};
  made.bundle.keep(bundle);
  mapping::RunOptions how;
  how.parameters = parameters;
  how.partner = options.partner;
  how.limits = options.limits;
  const NodeRef source{&bundle->tree, bundle->tree.root()};
  LET(const auto done, mapping::transform(maps, map, {&source, 1}, made.bundle, how));
  add_report(maps, done, {}, options.trace, made);
  Finish finish(definitions, made.bundle, options.nhs_number_check, [&](NodeId reference) {
    return meant(definitions, *bundle, made.bundle.text(reference));
  });
  add_finish(finish, made);
  return made;
}

}  // namespace

Result<Translation> read_bars(const model::Definitions& definitions, const mapping::Maps& maps,
                              std::string bytes, const TranslateOptions& options) {
  std::string owner;
  const auto names = [&](std::string_view sender) -> record::NameEntry {
    owner = owner_of(sender, options);
    if (owner.empty()) owner = "unknown";
    return [&owner](std::string_view type, std::string_view key) {
      return uuid_v5({owner, type, key});
    };
  };
  LET(auto bundle, record::read_bars(definitions, std::move(bytes),
                                     spelling_of(maps, options.partner), names, options.limits));
  const auto source = std::make_shared<const record::BarsBundle>(std::move(bundle));
  const std::array<mapping::Parameter, 4> parameters{{{"owner", owner},
                                                      {"partner", options.partner},
                                                      {"zone", options.zone},
                                                      {"now", options.now}}};
  return run(definitions, maps, received, source, parameters, options);
}

Result<Translation> write_bars(const model::Definitions& definitions, const mapping::Maps& maps,
                               std::string bytes, const TranslateOptions& options) {
  // Ours keep their ids, wherever they stand; urn:uuid needs uuids.
  const auto names = [](std::string_view) -> record::NameEntry {
    return [](std::string_view type, std::string_view key) {
      const auto id = key.substr(key.rfind('/') + 1);
      return is_uuid(id) ? std::string(id) : uuid_v5({"bars", type, key});
    };
  };
  LET(auto bundle, record::read_bars(definitions, std::move(bytes),
                                     spelling_of(maps, options.partner), names, options.limits));
  const auto source = std::make_shared<const record::BarsBundle>(std::move(bundle));
  const std::array<mapping::Parameter, 5> parameters{
      {{"use_case", options.use_case},
       {"use_case_display", options.use_case_display},
       {"partner", options.partner},
       {"zone", options.zone},
       {"now", options.now}}};
  return run(definitions, maps, sent, source, parameters, options);
}

}  // namespace fingerpost::exchange
