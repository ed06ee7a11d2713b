// An agent's client whose log is a document: at each turn it writes all of it anew. It says the
// same things often, completes and words anew what it wrote, takes turns back, and loses and finds
// its tail. What it does is drawn from a seed.
#pragma once

#include <cstdint>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "tests/support/fake_clock.h"

namespace kato::test {

// One thing that a document states.
struct Told {
  std::string part;     // what it is part of, whatever its ids: "7/text"
  std::string content;  // kind and words
  bool revisable = false;
};

struct Wish {
  std::string destination;
  // Of a message as it was first read; what is worded into it later is no command.
  bool may_run = true;
  bool must_run = true;  // once it is read
};

class DocumentClient {
 public:
  using Json = nlohmann::ordered_json;

  // has_ids: its messages have ids; else it takes nothing back that it has written.
  DocumentClient(uint32_t seed, const FakeClock& clock, bool has_ids);

  // Says that at the end.
  void say(const std::string& text);
  void turn();
  // All of it, as the client would write it now.
  [[nodiscard]] std::string document() const;

  // What the document states, in its order. All contents of each part that were ever written are
  // noted by it.
  [[nodiscard]] std::vector<Told> told() const;
  void note_written();
  // The document was there to be read; or it surely was, to its end.
  void note_shown() { note(Reading::kPerhaps); }
  void note_read() { note(Reading::kSurely); }

  [[nodiscard]] const std::map<std::string, std::set<std::string>>& wordings() const {
    return wordings_;
  }
  [[nodiscard]] const std::vector<Wish>& wishes() const { return wishes_; }
  // Whether the document has the wish in a message of its own.
  [[nodiscard]] bool states(const Wish& wish) const;
  // The ids of all messages ever, in the order in which they came, without those that got their
  // text late.
  [[nodiscard]] std::vector<std::string> order() const;
  [[nodiscard]] const std::string& story() const { return story_; }

 private:
  enum class Reading : uint8_t { kNever, kPerhaps, kSurely };
  struct Message {
    int number = 0;
    Json json;
    Reading reading = Reading::kNever;
  };

  uint32_t below(uint32_t limit) { return static_cast<uint32_t>(random_() % limit); }
  std::string fresh_id();
  std::string now() const;
  std::string words();
  void note(Reading reading);
  std::string wish(Reading before);
  void add(const std::string& type, const std::string& text);
  void add_turn();
  void complete();
  void add_call(Json& message);
  void finish_call(Json& message);
  void word_anew();
  void take_back();
  void change_title();
  void lose_or_find_tail();

  std::mt19937 random_;
  const FakeClock& clock_;
  bool has_ids_;
  int count_ = 0;
  std::vector<Message> messages_;
  std::vector<Message> tail_;  // that was lost
  std::string title_;
  std::vector<Wish> wishes_;
  std::map<std::string, std::set<std::string>> wordings_;
  std::map<int, std::string> ids_;
  std::set<int> late_;
  std::string story_;
};

// The same of an event of a twin.
[[nodiscard]] std::string content_of(const DocumentClient::Json& event);

}  // namespace kato::test
