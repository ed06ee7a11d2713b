// What a decoder must remember of the lines before: bounded, and without their text.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "plugins/jsonlog/state.h"

namespace kato::claude {

// A few hashes; the oldest one gives way.
class RecentHashes {
 public:
  explicit RecentHashes(size_t most) : most_(most) {}

  void add(uint64_t hash);
  [[nodiscard]] bool has(uint64_t hash) const noexcept;
  // True if it was there.
  bool remove(uint64_t hash) noexcept;

  void save(jsonlog::StateWriter& out) const;
  void restore(jsonlog::StateReader& in);

 private:
  size_t most_;
  std::vector<uint64_t> hashes_;  // 0: removed
  size_t next_ = 0;               // where the next one goes once there are most_
};

// Settings and names that the client writes again and again: only a change is news.
enum class Repeated : uint8_t {
  kCustomTitle,
  kAiTitle,
  kSummary,
  kAgentName,
  kAgentSetting,
  kMode,
  kPermissionMode,
  kModel,
  kPullRequest,
  kTag,
  kTaskSummary,
  kUsage,
  kVersion,
  kCount
};

struct Memory {
  std::string turn_id;              // of the prompt that is being answered
  uint64_t message = 0;             // hash of the latest assistant message's id
  bool directory_known = false;     // the project directory was told to the host
  bool conversation_begun = false;  // a line with a uuid was seen
  bool own_begun = false;           // one that names this session
  bool old_client = false;          // before 2.1.100: prompts taken over in mid-turn are not logged
  bool copying = false;             // lines of another session, older than the head of the log
  bool warmup = false;              // answers to a warm-up prompt of a sub-agent
  std::string head_time;            // of the log's own first line, until the session's own talk
  size_t launched = 0;              // commands that the model called, whose lines may follow
  RecentHashes plans{8};            // tool calls that ask for approval of a plan
  RecentHashes released{8};         // texts of queued prompts that were given out
  RecentHashes prompted{256};       // lines that a person's prompt followed: their ids
  std::array<uint64_t, static_cast<size_t>(Repeated::kCount)> repeated{};

  // Notes the value; true if it differs from the one before.
  bool changed(Repeated what, uint64_t hash) noexcept;

  static constexpr uint32_t kVersion = 4;
  void save(jsonlog::StateWriter& out) const;
  void restore(jsonlog::StateReader& in);
};

}  // namespace kato::claude
