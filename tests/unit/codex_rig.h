// Runs Codex logs through their decoders and writes down what they tell.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "plugins/codex/rollout_decoder.h"

namespace kato::test {

// One draft, or one record of the account, with owned texts.
struct Told {
  int kind = 0;
  uint32_t flags = 0;
  uint32_t payload_flags = 0;
  std::string text;
  std::string subtype;  // or the phase
  std::string part;
  std::string key;
  std::string turn;
  std::string model;
  std::string call;
  std::string parent_call;
  std::string name;
  std::string input;
  std::string data;
  std::vector<std::string> choices;  // options or selections
  std::string free_text;
  std::vector<std::string> attachments;

  bool operator==(const Told&) const = default;
};

struct Accounted {
  int outcome = 0;
  uint64_t offset = 0;
  uint64_t length = 0;
  std::string type;
  std::string reason;

  bool operator==(const Accounted&) const = default;
};

struct Story {
  std::vector<Told> told;
  std::vector<Accounted> records;
  std::vector<std::string> facts;  // "directory|version"
  uint64_t consumed = 0;

  bool operator==(const Story&) const = default;

  // The texts of all drafts of that kind.
  [[nodiscard]] std::vector<std::string> texts(int kind) const;
  // They point into this story.
  [[nodiscard]] std::vector<const Told*> of(int kind) const&;
  std::vector<const Told*> of(int kind) const&& = delete;
  // "ignored duplicate", "mapped", ... of the records that begin at that byte, in their order.
  [[nodiscard]] std::string outcome(uint64_t offset) const;
  // The bytes of all records that were decided.
  [[nodiscard]] uint64_t accounted() const;
};

struct Cuts {
  size_t lines = 0;          // how many to hand over at once; 0: all
  bool reopen = false;       // save, close and open in between
  bool source_gone = false;  // nothing can be read back
};

// `path` tells a document from lines.
[[nodiscard]] Story decode(std::string_view log, const codex::Session& session = {}, Cuts cuts = {},
                           std::string_view path = "rollout.jsonl");

// Lines of an enveloped log, a second apart.
class LogText {
 public:
  LogText& item(std::string_view payload) { return line("response_item", payload); }
  LogText& event(std::string_view payload) { return line("event_msg", payload); }
  LogText& line(std::string_view type, std::string_view payload);
  LogText& raw(std::string_view text);
  LogText& user_item(std::string_view text);
  LogText& user_event(std::string_view text);
  LogText& answer_item(std::string_view text);
  LogText& answer_event(std::string_view text);

  [[nodiscard]] const std::string& text() const { return text_; }
  // Where the last line begins.
  [[nodiscard]] uint64_t last() const { return last_; }

 private:
  std::string text_;
  uint64_t last_ = 0;
  unsigned second_ = 0;
};

}  // namespace kato::test
