#include "model/tables.h"

#include "model/compile.h"

#include <span>

namespace fingerpost::model {
namespace {

class Block {
 public:
  Block() : bytes_(sizeof(BlockHeader)) {}

  template <class Row>
  void put(Section section, std::span<const Row> rows) {
    static_assert(std::is_trivially_copyable_v<Row>);
    bytes_.resize((bytes_.size() + 7) / 8 * 8);
    header_.sections[static_cast<std::size_t>(section)] = {bytes_.size(), rows.size()};
    const auto* from = reinterpret_cast<const std::byte*>(rows.data());
    bytes_.insert(bytes_.end(), from, from + rows.size_bytes());
  }

  std::vector<std::byte> done() && {
    std::memcpy(bytes_.data(), &header_, sizeof header_);
    return std::move(bytes_);
  }

 private:
  BlockHeader header_;
  std::vector<std::byte> bytes_;
};

}  // namespace

std::vector<std::byte> Tables::bytes() const {
  std::vector<std::uint32_t> sizes;
  std::vector<char> texts;
  for (NameId name = 1; name < names.size(); ++name) {
    const auto text = names.text(name);
    sizes.push_back(static_cast<std::uint32_t>(text.size()));
    texts.insert(texts.end(), text.begin(), text.end());
  }
  Block block;
  block.put(Section::name_sizes, std::span<const std::uint32_t>(sizes));
  block.put(Section::name_texts, std::span<const char>(texts));
  block.put(Section::types, std::span<const Type>(types));
  block.put(Section::elements, std::span<const Element>(elements));
  block.put(Section::element_types, std::span<const ElementType>(element_types));
  block.put(Section::value_sets, std::span<const ValueSet>(value_sets));
  block.put(Section::codes, std::span<const Code>(codes));
  block.put(Section::constraints, std::span<const Constraint>(constraints));
  block.put(Section::search_parameters, std::span<const SearchParameter>(search_parameters));
  block.put(Section::targets, std::span<const TypeId>(targets));
  block.put(Section::sources, std::span<const Source>(sources));
  block.put(Section::source_texts, std::span<const char>(source_texts));
  block.put(Section::attached, std::span<const std::byte>());
  return std::move(block).done();
}

void attach(std::vector<std::byte>& block, std::span<const std::byte> bytes) {
  block.resize((block.size() + 7) / 8 * 8);
  BlockHeader header;
  std::memcpy(&header, block.data(), sizeof header);
  header.sections[static_cast<std::size_t>(Section::attached)] = {block.size(), bytes.size()};
  std::memcpy(block.data(), &header, sizeof header);
  block.insert(block.end(), bytes.begin(), bytes.end());
}

}  // namespace fingerpost::model
