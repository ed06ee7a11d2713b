// Parsing: tokens, repair of bytes that are no UTF-8, grammar.
#include <algorithm>
#include <bit>
#include <simdjson.h>

#include "json.h"
#include "repair.h"

namespace kato::jsonlog {
namespace {

constexpr size_t kLeastCapacity = 64U << 10;
constexpr size_t kKeptCapacity = 4U << 20;

bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}

// -?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?
bool is_number(std::string_view token) noexcept {
  size_t i = 0;
  const auto peek = [&] { return i < token.size() ? token[i] : '\0'; };
  const auto digits = [&] {
    const size_t begin = i;
    while (is_digit(peek())) {
      ++i;
    }
    return i > begin;
  };
  if (peek() == '-') ++i;
  if (peek() == '0') {
    ++i;
  } else if (!digits()) {
    return false;
  }
  if (peek() == '.') {
    ++i;
    if (!digits()) return false;
  }
  if (peek() == 'e' || peek() == 'E') {
    ++i;
    if (peek() == '+' || peek() == '-') ++i;
    if (!digits()) return false;
  }
  return i == token.size();
}

// What begins with no quote and no bracket.
bool check_plain(std::string_view token) noexcept {
  switch (token.front()) {
    case 't':
      return token == "true";
    case 'f':
      return token == "false";
    case 'n':
      return token == "null";
    default:
      return is_number(token);
  }
}

}  // namespace

// simdjson's first stage: positions of all tokens, and whether the text is UTF-8.
struct Json::FirstStage {
  std::unique_ptr<simdjson::internal::dom_parser_implementation> parser;

  simdjson::error_code run(std::string_view text) {
    // Memory for the positions is reserved for as many as there are bytes, but touched only as far
    // as there are tokens.
    const size_t wanted = std::bit_ceil(std::max(text.size(), kLeastCapacity));
    const bool too_large = parser && parser->capacity() > kKeptCapacity && wanted < kKeptCapacity;
    if (!parser) {
      const auto error = simdjson::get_active_implementation()->create_dom_parser_implementation(
          wanted, 1, parser);
      if (error) return error;
    } else if (parser->capacity() < text.size() || too_large) {
      if (const auto error = parser->set_capacity(wanted)) return error;
    }
    return parser->stage1(reinterpret_cast<const uint8_t*>(text.data()), text.size(),
                          simdjson::stage1_mode::regular);
  }
};

Json::Json() : stage_(std::make_unique<FirstStage>()) {}
Json::~Json() = default;

JsonError Json::parse(std::string_view text, Behind behind) {
  padded_ = behind == Behind::kPadding;
  arena_.clear();
  repairs_ = 0;
  error_offset_ = 0;
  if (repaired_.capacity() > kKeptCapacity) repaired_ = {};
  return index(text);
}

JsonError Json::index(std::string_view text) {
  if (text.size() >= UINT32_MAX / 2) return JsonError::kTooLong;
  auto error = stage_->run(text);
  if (error == simdjson::UTF8_ERROR || error == simdjson::UNESCAPED_CHARS) {
    repairs_ = repair_bytes(text, repaired_);
    text = repaired_;
    padded_ = true;
    if (repairs_ > 0) error = stage_->run(text);
  }
  if (error == simdjson::MEMALLOC) throw std::bad_alloc();
  if (error) return JsonError::kSyntax;
  text_ = text.data();
  positions_ = stage_->parser->structural_indexes.get();
  count_ = stage_->parser->n_structural_indexes;
  return check_grammar();
}

char* Json::unescape_fast(std::string_view escaped, char* to) const noexcept {
  static_assert(simdjson::SIMDJSON_PADDING <= kPaddingBytes);
  const size_t rest = parsed_text().size() - static_cast<size_t>(escaped.data() - text_);
  if (!padded_ && rest < escaped.size() + kPaddingBytes) return nullptr;
  return reinterpret_cast<char*>(stage_->parser->parse_string(
      reinterpret_cast<const uint8_t*>(escaped.data()), reinterpret_cast<uint8_t*>(to)));
}

JsonError Json::fault(uint32_t token, JsonError error) noexcept {
  error_offset_ = positions_[std::min(token, count_)];
  return error;
}

bool Json::check_scalar(uint32_t token) const noexcept {
  const auto bytes = token_bytes(token);
  if (bytes.front() == '"') return bytes.size() >= 2 && bytes.back() == '"';
  return check_plain(bytes);
}

// One pass, without recursion: while a container is open, its slot in ends_ names the container
// around it.
JsonError Json::check_grammar() {
  if (count_ == 0) return fault(0);
  if (ends_size_ < count_ || (ends_size_ > kKeptCapacity && count_ < kKeptCapacity)) {
    ends_size_ = std::bit_ceil(std::max<size_t>(count_, kLeastCapacity / 4));
    ends_ = std::make_unique_for_overwrite<uint32_t[]>(ends_size_);
  }
  constexpr uint32_t kNobody = UINT32_MAX;
  uint32_t open = kNobody;
  uint32_t depth = 0;
  uint32_t token = 0;
  while (true) {
    // A value, or the key before it, or the end of an empty container.
    bool closing = false;
    if (open != kNobody && at(open) == '{') {
      closing = token == open + 1 && token < count_ && at(token) == '}';
      if (!closing) {
        if (token + 2 >= count_ || at(token) != '"' || !check_scalar(token)) return fault(token);
        if (at(token + 1) != ':') return fault(token + 1);
        token += 2;
      }
    } else if (open != kNobody) {
      closing = token == open + 1 && token < count_ && at(token) == ']';
    }
    if (!closing) {
      if (token >= count_) return fault(token);
      const char c = at(token);
      if (c == '{' || c == '[') {
        if (++depth > kMaxDepth) return fault(token, JsonError::kTooDeep);
        ends_[token] = open;
        open = token++;
        continue;
      }
      if (!check_scalar(token)) return fault(token);
      ++token;
    }
    // Behind a value: as many containers end here as do, then a comma or the end.
    while (open != kNobody && token < count_ && at(token) == (at(open) == '{' ? '}' : ']')) {
      const uint32_t around = ends_[open];
      ends_[open] = token++;
      open = around;
      --depth;
    }
    if (open == kNobody) return token == count_ ? JsonError::kNone : fault(token);
    if (token >= count_ || at(token) != ',') return fault(token);
    ++token;
  }
}

}  // namespace kato::jsonlog
