#include "tests/simulation/oracle_times.h"

#include <algorithm>
#include <map>
#include <regex>
#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "host/base/time_text.h"

#include "tests/simulation/oracle.h"
#include "tests/simulation/tokens.h"

namespace kato::simulation {
namespace {

// "2026-02-25T06:13:20.000Z" as headings have it: "2026-02-25_0613_20".
std::string heading_time(UnixMillis at) {
  const auto text = format_rfc3339(at);
  return fmt::format("{}_{}{}_{}", text.substr(0, 10), text.substr(11, 2), text.substr(14, 2),
                     text.substr(17, 2));
}

const std::regex& heading() {
  static const std::regex kHeading(R"(^# \S+?_(\d{4}-\d\d-\d\d_\d{4}_\d\d)$)");
  return kHeading;
}

class TimeCheck {
 public:
  TimeCheck(const World& world, std::vector<std::string>& violations)
      : world_(world), violations_(violations) {
    for (const auto& conversation : world.conversations()) {
      for (const auto& spoken : conversation.spoken) {
        spoken_[spoken.token] = {&conversation, &spoken};
      }
    }
  }

  void run() {
    for (const auto& path : world_.disk().files_below(World::state() + "/sessions")) {
      if (path.ends_with(".twin.jsonl")) check_lines(path, *world_.disk().content(path));
    }
    for (const auto& [path, content] : recordings_of(world_)) {
      if (path.ends_with(".jsonl")) check_lines(path, content);
      if (path.ends_with(".md")) check_headings(path, content);
    }
  }

 private:
  struct Known {
    const Conversation* conversation = nullptr;
    const Spoken* spoken = nullptr;
  };

  void complain(const std::string& path, const std::string& what) {
    violations_.push_back(fmt::format("P3: {} (in {})", what, path));
  }

  // True if the daemon may have seen the message arrive at that time.
  template <class Matches>
  bool may_be_captured(const Spoken& spoken, Matches&& matches) const {
    const auto& walls = world_.wall_times();
    for (const auto& arrival : spoken.arrivals) {
      for (size_t i = arrival.from_wall; i < walls.size() && walls[i].run <= arrival.run; ++i) {
        if (walls[i].run == arrival.run && matches(walls[i].at)) return true;
      }
    }
    return false;
  }

  void check_lines(const std::string& path, const std::string& content) {
    for (size_t at = 0; at < content.size();) {
      const size_t end = std::min(content.find('\n', at), content.size());
      check_line(path, content.substr(at, end - at));
      at = end + 1;
    }
  }

  void check_line(const std::string& path, const std::string& line) {
    const auto json = nlohmann::json::parse(line, nullptr, false);
    if (!json.is_object()) return;
    const auto text = json.value("/payload/text"_json_pointer, "");
    const auto tokens = find_tokens(text);
    if (tokens.size() != 1 || !spoken_.contains(tokens[0].token)) return;
    const auto& [conversation, spoken] = spoken_.at(tokens[0].token);
    const auto provider = json.value("/time/providerTimestamp"_json_pointer, "");
    const auto expected =
        conversation->log.has_times() ? format_rfc3339(spoken->said.at) : std::string();
    if (provider != expected) {
      complain(path, fmt::format("{} has the time '{}' instead of '{}'", spoken->token, provider,
                                 expected));
    }
    const auto captured = json.value("/time/capturedAt"_json_pointer, "");
    if (captured.empty()) return;
    const auto is_it = [&](UnixMillis at) { return format_rfc3339(at) == captured; };
    if (!may_be_captured(*spoken, is_it)) {
      complain(path, fmt::format("nobody saw {} arrive at {}", spoken->token, captured));
    }
  }

  // Each heading's time is that of the first message below it.
  void check_headings(const std::string& path, const std::string& content) {
    std::string time;
    for (size_t at = 0; at < content.size();) {
      const size_t end = std::min(content.find('\n', at), content.size());
      const auto line = content.substr(at, end - at);
      at = end + 1;
      std::smatch match;
      if (line.starts_with("# ") && std::regex_match(line, match, heading())) {
        time = match[1];
        continue;
      }
      const auto tokens = find_tokens(line);
      if (time.empty() || tokens.empty() || is_users(tokens[0].token)) continue;
      check_heading(path, time, tokens[0].token);
      time.clear();
    }
  }

  void check_heading(const std::string& path, const std::string& time, const std::string& token) {
    if (!spoken_.contains(token)) return;
    const auto& conversation = *spoken_.at(token).conversation;
    // The message that the heading was made for may have been removed since.
    for (const auto& spoken : conversation.spoken) {
      if (conversation.log.has_times() && heading_time(spoken.said.at) == time) return;
      const auto is_it = [&](UnixMillis at) { return heading_time(at) == time; };
      if (!conversation.log.has_times() && may_be_captured(spoken, is_it)) return;
    }
    complain(path, fmt::format("the heading above {} has the time {}", token, time));
  }

  const World& world_;
  std::vector<std::string>& violations_;
  std::map<std::string, Known> spoken_;
};

// Whether that is a key and a beginning of its value, or a beginning of the key.
bool is_torn_in_value(std::string_view text, std::string_view key) {
  if (text.size() <= key.size()) return key.starts_with(text);
  return text.starts_with(key) && !text.substr(key.size()).contains('"');
}

bool ends_in_time(std::string_view line) {
  const auto time = line.rfind(R"(,"time":{)");
  return time != std::string_view::npos && !line.substr(time).contains('}');
}

// Whether the line is what the next one begins with, and then a beginning of a capture time. One
// that is nothing else than a beginning of the next one would have been gone on with.
bool is_torn_in_time(std::string_view line, std::string_view next) {
  const auto common = static_cast<size_t>(std::ranges::mismatch(line, next).in1 - line.begin());
  if (common == line.size()) return false;
  for (auto at = common + 1; at-- > 0;) {
    const auto tail = line.substr(at);
    const bool is_first = at < common;  // another member follows the comma
    if (is_first && is_torn_in_value(tail, R"(,"time":{"capturedAt":")")) return true;
    const bool is_second = ends_in_time(line.substr(0, at));
    if (is_second && is_torn_in_value(tail, R"(,"capturedAt":")")) return true;
  }
  return false;
}

}  // namespace

void check_times(const World& world, std::vector<std::string>& violations) {
  TimeCheck(world, violations).run();
}

std::string without_numbers(const std::string& content) {
  static const std::regex kNumber(R"("seq":\d+,)");
  return std::regex_replace(content.substr(front_matter_size(content)), kNumber, "");
}

std::string without_torn_lines(const std::string& content) {
  constexpr size_t kIdBytes = 62;  // {"schemaVersion":1,"eventId":"..."
  std::string whole;
  std::string_view rest = content;
  while (!rest.empty()) {
    const auto line = rest.substr(0, rest.find('\n'));
    const auto with_end = rest.substr(0, line.size() + 1);
    rest.remove_prefix(with_end.size());
    const auto next = rest.substr(0, rest.find('\n'));
    const bool is_same = line.size() >= kIdBytes && next.starts_with(line.substr(0, kIdBytes));
    const bool is_torn = is_same && is_torn_in_time(line, next);
    if (!is_torn) whole += with_end;
  }
  return whole;
}

std::string without_torn_times(const std::string& content) {
  static const std::regex kTornHeading(R"((\n# [^\n_]+)_[\d_-]{0,17}\n)");
  return std::regex_replace(content, kTornHeading, "$1\n");
}

std::string without_capture_times(const std::string& path, std::string content) {
  static const std::regex kCaptured(R"(,?"capturedAt":"[^"]*")");
  static const std::regex kNoTime(R"(,"time":\{\})");
  static const std::regex kBareHeading(R"((\n# [^\n_]+)_\d{4}-\d\d-\d\d_\d{4}_\d\d\n)");
  static const std::regex kCreated(R"(\ncreated: \d+)");
  if (path.ends_with(".jsonl")) {
    content = std::regex_replace(content, kCaptured, "");
    return std::regex_replace(content, kNoTime, "");
  }
  content = std::regex_replace(content, kBareHeading, "$1\n");
  return std::regex_replace(content, kCreated, "");
}

}  // namespace kato::simulation
