#include "tests/unit/document_client.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "host/base/time_text.h"

namespace kato::test {
namespace {

using Json = DocumentClient::Json;

std::string with_single_blanks(std::string text) {
  const auto end =
      std::ranges::unique(text, [](char one, char other) { return one == ' ' && other == ' '; });
  text.erase(end.begin(), end.end());
  return text;
}

void tell_reply(const std::string& number, const Json& message, std::vector<Told>& told) {
  int index = 0;
  for (const auto& thought : message.value("thoughts", Json::array())) {
    told.push_back({fmt::format("{}/thought/{}", number, index++),
                    "assistant.thinking " + thought["subject"].get<std::string>()});
  }
  if (message["content"] != "") {
    told.push_back(
        {number + "/text", "assistant.message " + with_single_blanks(message["content"]), true});
  }
  for (const auto& call : message.value("toolCalls", Json::array())) {
    const auto id = call["id"].get<std::string>();
    told.push_back({"call/" + id, "assistant.tool.call " + id});
    if (call["status"] == "success") {
      told.push_back({"result/" + id, "assistant.tool.result " + id});
    }
  }
  if (message.contains("tokens")) {
    told.push_back({number + "/tokens", "provider.info " + message["tokens"].dump()});
  }
}

}  // namespace

std::string content_of(const Json& event) {
  const auto kind = event["kind"].get<std::string>();
  const auto& payload = event["payload"];
  if (kind.starts_with("assistant.tool.")) {
    return kind + " " + payload["toolCallId"].get<std::string>();
  }
  if (payload.contains("data")) return kind + " " + payload["data"].dump();
  return kind + " " + with_single_blanks(payload.value("text", std::string()));
}

DocumentClient::DocumentClient(uint32_t seed, const FakeClock& clock, bool has_ids)
    : random_(seed), clock_(clock), has_ids_(has_ids) {
  add("user", "hello");
  add("gemini", "hi");
}

std::string DocumentClient::fresh_id() {
  return fmt::format("{:08x}-0000-4000-8000-000000000001", random_());
}

std::string DocumentClient::now() const {
  return format_rfc3339(clock_.now());
}

// Half of them are words that were said before.
std::string DocumentClient::words() {
  constexpr std::array<const char*, 3> kCommon = {"ok", "continue", "hello"};
  if (below(2) == 0) return kCommon.at(below(kCommon.size()));
  return fmt::format("words{} and more", count_++);
}

// before: of the message in which it stands.
std::string DocumentClient::wish(Reading before) {
  constexpr std::array<const char*, 3> kCommands = {"export", "capture", "start"};
  const std::string command = kCommands.at(below(kCommands.size()));
  const auto destination = fmt::format("{}{}.jsonl", command, wishes_.size());
  wishes_.push_back({.destination = destination,
                     .may_run = before != Reading::kSurely,
                     .must_run = before == Reading::kNever});
  return "::" + command + " " + destination;
}

void DocumentClient::say(const std::string& text) {
  tail_.clear();
  add("user", text);
}

void DocumentClient::add(const std::string& type, const std::string& text) {
  Json made = {{"timestamp", now()}, {"type", type}, {"content", text}};
  if (has_ids_) made["id"] = fresh_id();
  if (type == "gemini") {
    if (below(2) == 0) made["thoughts"].push_back({{"subject", words()}, {"timestamp", now()}});
    if (below(4) != 0) made["tokens"] = {{"input", 1}, {"output", below(2)}, {"total", 2}};
    made["model"] = "gemini-2.5-pro";
  }
  const int number = static_cast<int>(ids_.size());
  ids_[number] = made.value("id", std::string());
  messages_.push_back({number, std::move(made)});
}

void DocumentClient::add_turn() {
  tail_.clear();
  add("user", below(6) == 0 ? wish(Reading::kNever) : words());
  if (below(4) == 0) return;
  if (below(5) == 0) add("info", words());
  add("gemini", below(4) == 0 ? std::string() : words());
  if (below(3) == 0) add_call(messages_.back().json);
}

void DocumentClient::add_call(Json& message) {
  const auto id = fresh_id();
  message["toolCalls"].push_back(
      {{"id", id}, {"name", "ls"}, {"args", Json::object()}, {"status", "executing"}});
  if (below(2) == 0) finish_call(message);
}

void DocumentClient::finish_call(Json& message) {
  for (auto& call : message["toolCalls"]) {
    call["status"] = "success";
    call["resultDisplay"] = "done";
  }
}

// Parts of one of the last messages come late.
void DocumentClient::complete() {
  const auto back = std::min<size_t>(messages_.size(), 1 + below(4));
  auto& message = messages_[messages_.size() - back];
  auto& json = message.json;
  if (json["type"] != "gemini") return;
  switch (below(5)) {
    case 0:
      return add_call(json);
    case 1:
      if (json.contains("toolCalls")) finish_call(json);
      return;
    case 2:
      json["thoughts"].push_back({{"subject", words()}, {"timestamp", now()}});
      return;
    case 3:
      json["tokens"] = {{"input", 1}, {"output", below(3)}, {"total", 2}};
      return;
    default:
      if (json["content"] != "") return;
      json["content"] = words();
      late_.insert(message.number);
  }
}

void DocumentClient::word_anew() {
  const auto back = std::min<size_t>(messages_.size(), 1 + below(5));
  auto& message = messages_[messages_.size() - back];
  if (message.number < 3 || message.json["type"] == "info") return;
  if (below(4) == 0) {  // which is no other wording
    auto text = message.json["content"].get<std::string>();
    if (const auto blank = text.find(' '); blank != std::string::npos) text.insert(blank, " ");
    message.json["content"] = text;
    return;
  }
  if (message.json["content"] == "") late_.insert(message.number);
  const bool commands = message.json["type"] == "user" && below(3) == 0;
  message.json["content"] = commands ? wish(message.reading) : words();
}

void DocumentClient::take_back() {
  constexpr size_t kKept = 3;
  const size_t most = messages_.size() - std::min(messages_.size(), kKept);
  messages_.resize(messages_.size() - std::min<size_t>(most, 1 + below(4)));
  tail_.clear();
  if (below(2) == 0) add_turn();
}

void DocumentClient::lose_or_find_tail() {
  if (!tail_.empty()) {
    std::ranges::move(tail_, std::back_inserter(messages_));
    tail_.clear();
    return;
  }
  const size_t kept = 1 + below(static_cast<uint32_t>(messages_.size()));
  const auto from = messages_.begin() + static_cast<ptrdiff_t>(std::min(kept, messages_.size()));
  tail_.assign(std::make_move_iterator(from), std::make_move_iterator(messages_.end()));
  messages_.erase(from, messages_.end());
}

void DocumentClient::change_title() {
  title_ = below(3) == 0 ? std::string() : fmt::format("title {}", below(4));
}

void DocumentClient::turn() {
  const auto what = below(has_ids_ ? 12 : 10);
  story_ += fmt::format("{} ", what);
  switch (what) {
    case 0:
    case 1:
    case 2:
      return add_turn();
    case 3:
    case 4:
    case 5:
      return complete();
    case 6:
    case 7:
      return word_anew();
    case 8:
      return change_title();
    case 9:
      return;
    case 10:
      return take_back();
    default:
      return lose_or_find_tail();
  }
}

std::string DocumentClient::document() const {
  Json document = {{"sessionId", "1a1a1a1a-0000-4000-8000-000000000001"},
                   {"projectHash", "00"},
                   {"startTime", messages_.front().json["timestamp"]},
                   {"lastUpdated", now()},
                   {"messages", Json::array()}};
  for (const auto& message : messages_) {
    document["messages"].push_back(message.json);
  }
  if (!title_.empty()) document["summary"] = title_;
  return document.dump(2);
}

std::vector<Told> DocumentClient::told() const {
  std::vector<Told> told;
  for (const auto& message : messages_) {
    const auto number = std::to_string(message.number);
    const auto& json = message.json;
    if (json["type"] == "gemini") {
      tell_reply(number, json, told);
      continue;
    }
    const bool user = json["type"] == "user";
    told.push_back(
        {number + "/text",
         (user ? "user.message " : "provider.info ") + with_single_blanks(json["content"]), user});
  }
  if (!title_.empty()) told.push_back({title_, "provider.info " + title_});
  return told;
}

void DocumentClient::note_written() {
  for (const auto& one : told()) {
    wordings_[one.part].insert(one.content);
  }
}

void DocumentClient::note(Reading reading) {
  for (auto& message : messages_) {
    message.reading = std::max(message.reading, reading);
  }
}

bool DocumentClient::states(const Wish& wish) const {
  return std::ranges::any_of(messages_, [&](const Message& message) {
    return message.json["content"].get<std::string>().ends_with(" " + wish.destination);
  });
}

std::vector<std::string> DocumentClient::order() const {
  std::vector<std::string> order;
  for (const auto& [number, id] : ids_) {
    if (has_ids_ && !late_.contains(number)) order.push_back(id);
  }
  return order;
}

}  // namespace kato::test
