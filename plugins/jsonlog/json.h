// Reading JSON without building a tree: simdjson's first stage finds the tokens, one pass over them
// checks the grammar and notes where each container ends, and values are looked at where they are
// needed, in any order, any number of times. What is not asked for costs nothing more.
//
// After parse() has succeeded nothing that is asked of a value can fail: a value that is missing,
// or of another type than expected, is empty, zero or false.
#pragma once

#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "arena.h"

namespace kato::jsonlog {

class Json;

enum class JsonKind : uint8_t { kMissing, kNull, kBool, kNumber, kString, kArray, kObject };

// A place in a parsed text. Cheap to copy; valid until the next parse.
class Value {
 public:
  Value() = default;
  Value(const Json* json, uint32_t token) noexcept : json_(json), token_(token) {}

  [[nodiscard]] JsonKind kind() const noexcept;
  [[nodiscard]] bool exists() const noexcept { return json_ != nullptr; }
  [[nodiscard]] bool is_object() const noexcept { return first() == '{'; }
  [[nodiscard]] bool is_array() const noexcept { return first() == '['; }
  [[nodiscard]] bool is_string() const noexcept { return first() == '"'; }
  // The literal true. Everything else is not.
  [[nodiscard]] bool is_true() const noexcept { return first() == 't'; }

  // A string's content; unescaped in the arena only if it has escapes. Lone surrogates become
  // U+FFFD, which is counted. Empty for everything but strings. If parse() was told that padding
  // follows its text, it follows this one, too: JSON that stands in a string can be parsed so.
  [[nodiscard]] std::string_view text() const;
  // A string's content as it stands between the quotes. For words that never have escapes: types,
  // ids, times.
  [[nodiscard]] std::string_view word() const noexcept;
  // The value as JSON, the log's own bytes (repaired if it has lone surrogates).
  [[nodiscard]] std::string_view json() const;
  // The same without looking for what must be repaired.
  [[nodiscard]] std::string_view bytes() const noexcept;
  // Where its first byte stands in the text that was parsed (Json::parsed_text).
  [[nodiscard]] size_t offset() const noexcept;
  [[nodiscard]] std::optional<int64_t> integer() const noexcept;

  // A member of an object: the first one of that name.
  [[nodiscard]] Value operator[](std::string_view key) const noexcept;
  // The same for names that are texts, and may have escapes.
  [[nodiscard]] Value member_named(std::string_view name) const;

  class Members;
  class Items;
  // for (const auto& [key, value] : object.members()). The key is as it stands in the text.
  [[nodiscard]] Members members() const noexcept;
  // What a key of members() means, where keys may have escapes.
  [[nodiscard]] std::string_view unescape_key(std::string_view key) const;
  // for (const Value item : array.items())
  [[nodiscard]] Items items() const noexcept;

 private:
  [[nodiscard]] inline char first() const noexcept;

  const Json* json_ = nullptr;
  uint32_t token_ = 0;
};

// What follows a text in memory: reading in wide steps is allowed only where something is.
enum class Behind : uint8_t { kUnknown, kPadding /* KATO_READ_PADDING_BYTES */ };

enum class JsonError : uint8_t { kNone, kSyntax, kTooDeep, kTooLong };

// As a record's account says it: "not-json".
[[nodiscard]] std::string_view reason_of(JsonError error) noexcept;

// One text at a time. Keeps its memory for the next one, unless it was very large.
class Json {
 public:
  // Deeper texts are refused: nobody writes them, and who gets a slice of one may recurse.
  static constexpr uint32_t kMaxDepth = 1024;

  Json();
  ~Json();
  Json(const Json&) = delete;
  Json& operator=(const Json&) = delete;
  Json(Json&&) = delete;
  Json& operator=(Json&&) = delete;

  // `text` must live as long as its values are used. One value, with blanks around it. Invalid
  // UTF-8 and NUL bytes become U+FFFD (in a copy) and are counted.
  JsonError parse(std::string_view text, Behind behind = Behind::kUnknown);

  [[nodiscard]] Value root() const noexcept { return {this, 0}; }
  // What values lie in: the text, or its repaired copy, if parse() itself had to repair.
  [[nodiscard]] std::string_view parsed_text() const noexcept {
    return {text_, count_ == 0 ? 0 : positions_[count_]};
  }
  // About where in the text parse() gave up.
  [[nodiscard]] size_t error_offset() const noexcept { return error_offset_; }
  // Characters that were replaced by U+FFFD since parse(), in what was looked at.
  [[nodiscard]] size_t repairs() const noexcept { return repairs_; }
  // Texts that live as long as the values do, or until it is cleared.
  [[nodiscard]] Arena& arena() const noexcept { return arena_; }

 private:
  friend class Value;
  struct FirstStage;

  JsonError index(std::string_view text);
  JsonError check_grammar();
  bool check_scalar(uint32_t token) const noexcept;
  JsonError fault(uint32_t token, JsonError error = JsonError::kSyntax) noexcept;

  [[nodiscard]] char at(uint32_t token) const noexcept { return text_[positions_[token]]; }
  // From the token's first byte to the next token, without the blanks between them.
  [[nodiscard]] std::string_view token_bytes(uint32_t token) const noexcept {
    const uint32_t begin = positions_[token];
    uint32_t end = positions_[token + 1];
    while (end > begin && is_blank(text_[end - 1])) {
      --end;
    }
    return {text_ + begin, end - begin};
  }
  // Whether the string at `token`, the key of a member, is that name.
  [[nodiscard]] bool is_named(uint32_t token, std::string_view name) const noexcept {
    const size_t room = positions_[token + 1] - positions_[token];  // up to the colon
    if (room < name.size() + 2) return false;
    const char* const key = text_ + positions_[token] + 1;
    return key[name.size()] == '"' && std::memcmp(key, name.data(), name.size()) == 0;
  }
  static constexpr bool is_blank(char c) noexcept {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
  }
  // The token behind the value that begins at `token`.
  [[nodiscard]] uint32_t behind(uint32_t token) const noexcept {
    const char c = at(token);
    return (c == '{' || c == '[') ? ends_[token] + 1 : token + 1;
  }
  std::string_view unescape(std::string_view escaped, size_t first_escape) const;
  std::string_view unescape_slowly(std::string_view escaped, size_t first_escape) const;
  // simdjson's way: fast, but it refuses lone surrogates. Returns where it ended, or nullptr.
  char* unescape_fast(std::string_view escaped, char* to) const noexcept;
  std::string_view repair_surrogates(std::string_view json) const;

  std::unique_ptr<FirstStage> stage_;
  const char* text_ = nullptr;
  const uint32_t* positions_ = nullptr;  // of the tokens; one more: the text's length
  uint32_t count_ = 0;
  std::unique_ptr<uint32_t[]> ends_;  // of a container: the token that closes it
  size_t ends_size_ = 0;
  bool padded_ = false;
  std::string repaired_;
  size_t error_offset_ = 0;
  mutable size_t repairs_ = 0;
  mutable Arena arena_;
};

class Value::Members {
 public:
  struct Member {
    std::string_view key;
    Value value;
  };
  class Iterator {
   public:
    Iterator(const Json* json, uint32_t token) noexcept : json_(json), token_(token) {}
    Member operator*() const noexcept {
      return {Value(json_, token_).word(), Value(json_, token_ + 2)};
    }
    Iterator& operator++() noexcept {
      const uint32_t comma_or_end = json_->behind(token_ + 2);
      token_ = comma_or_end + (json_->at(comma_or_end) == ',' ? 1 : 0);
      return *this;
    }
    bool operator==(const Iterator& other) const noexcept { return token_ == other.token_; }

   private:
    const Json* json_;
    uint32_t token_;
  };
  Members(const Json* json, uint32_t begin, uint32_t end) noexcept
      : json_(json), begin_(begin), end_(end) {}
  [[nodiscard]] Iterator begin() const noexcept { return {json_, begin_}; }
  [[nodiscard]] Iterator end() const noexcept { return {json_, end_}; }

 private:
  const Json* json_;
  uint32_t begin_;
  uint32_t end_;
};

class Value::Items {
 public:
  class Iterator {
   public:
    Iterator(const Json* json, uint32_t token) noexcept : json_(json), token_(token) {}
    Value operator*() const noexcept { return {json_, token_}; }
    Iterator& operator++() noexcept {
      const uint32_t comma_or_end = json_->behind(token_);
      token_ = comma_or_end + (json_->at(comma_or_end) == ',' ? 1 : 0);
      return *this;
    }
    bool operator==(const Iterator& other) const noexcept { return token_ == other.token_; }

   private:
    const Json* json_;
    uint32_t token_;
  };
  Items(const Json* json, uint32_t begin, uint32_t end) noexcept
      : json_(json), begin_(begin), end_(end) {}
  [[nodiscard]] Iterator begin() const noexcept { return {json_, begin_}; }
  [[nodiscard]] Iterator end() const noexcept { return {json_, end_}; }

 private:
  const Json* json_;
  uint32_t begin_;
  uint32_t end_;
};

inline char Value::first() const noexcept {
  return json_ == nullptr ? '\0' : json_->at(token_);
}

inline size_t Value::offset() const noexcept {
  return json_ == nullptr ? 0 : json_->positions_[token_];
}

inline std::string_view Value::word() const noexcept {
  if (!is_string()) return {};
  const auto quoted = json_->token_bytes(token_);
  return quoted.substr(1, quoted.size() - 2);
}

inline Value::Members Value::members() const noexcept {
  if (!is_object()) return {nullptr, 0, 0};
  return {json_, token_ + 1, json_->ends_[token_]};
}
inline Value::Items Value::items() const noexcept {
  if (!is_array()) return {nullptr, 0, 0};
  return {json_, token_ + 1, json_->ends_[token_]};
}

inline Value Value::operator[](std::string_view key) const noexcept {
  if (!is_object()) return {};
  const uint32_t end = json_->ends_[token_];
  for (uint32_t token = token_ + 1; token < end;) {
    if (json_->is_named(token, key)) return {json_, token + 2};
    const uint32_t comma_or_end = json_->behind(token + 2);
    token = comma_or_end + (comma_or_end < end ? 1 : 0);
  }
  return {};
}

}  // namespace kato::jsonlog
