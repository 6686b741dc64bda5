// The recursive descent over a map's tokens. Private to the room.

#pragma once

#include "base/text.h"
#include "fingerpost/limits.h"
#include "fingerpost/result.h"
#include "mapping/lexer.h"
#include "mapping/text.h"

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fingerpost::mapping {

class Parser {
 public:
  Parser(std::string_view text, std::string file, const Limits& limits)
      : text_(text), limits_(limits) {
    map_.file = std::move(file);
  }
  Result<MapText> parse();

 private:
  // parse.cpp: the map and its groups.
  Result<void> header();
  Result<void> directives();
  Result<void> declaration();
  Result<void> uses();
  Result<void> concept_map();
  Result<CodePairText> code_pair(const std::vector<std::pair<std::string, std::string>>& prefixes);
  Result<void> group();
  Result<ParameterText> parameter();
  Result<void> group_default(GroupText& group);
  Result<std::vector<RuleText>> rules();

  // parse_rule.cpp: a rule and what it is made of.
  Result<RuleText> rule();
  Result<SourceText> source();
  Result<bool> source_word(SourceText& source);
  Result<void> cardinality(SourceText& source);
  Result<TargetText> target();
  Result<void> target_value(TargetText& target);
  Result<void> target_end(TargetText& target);
  Result<void> then(RuleText& rule);
  Result<CallText> call();
  Result<std::vector<ArgumentText>> arguments();
  Result<ArgumentText> argument();
  Result<void> transform_call(TargetText& target, const Token& name);
  // The longest run of tokens from here that is one FHIRPath expression.
  Result<PathText> expression();
  PathText path_text(std::size_t first, std::size_t last) const;
  // The index after the last token of the expression that begins here, and what would close the
  // brackets that are still open there.
  struct Extent {
    std::size_t end;
    std::string open;
  };
  Extent expression_extent() const;

  const Token& peek(std::size_t ahead = 0) const {
    return tokens_[std::min(at_ + ahead, tokens_.size() - 1)];
  }
  const Token& take() {
    const Token& token = peek();
    if (at_ + 1 < tokens_.size()) ++at_;
    return token;
  }
  bool accept(std::string_view symbol) {
    if (!peek().is(symbol)) return false;
    take();
    return true;
  }
  Result<void> expect(std::string_view symbol);
  Result<std::string> name();         // also a quoted one
  Result<std::string> quoted_text();  // "…" or '…'
  Error error(At at, std::string text) const;
  Error unexpected(std::string_view wanted) const;

  std::string_view text_;
  Limits limits_;
  std::vector<Token> tokens_;
  std::vector<Directive> directives_;
  std::size_t at_ = 0;
  int depth_ = 0;
  MapText map_;
};

}  // namespace fingerpost::mapping
