#include "host/recording/serving_health.h"

#include <algorithm>

#include "host/base/lack_of_handles.h"

namespace kato {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kFirstDelay{100};
constexpr milliseconds kMissingDelay{250};
constexpr uint32_t kMaxDoublings = 8;

milliseconds delay_after(uint32_t failures) {
  return kFirstDelay * (1U << std::min(failures - 1, kMaxDoublings));
}

}  // namespace

bool ServingHealth::failed(const std::string& session_id, const std::string& id,
                           const std::string& what, const Error& why) {
  const auto now = clock_.steady();
  auto [found, is_new] = troubles_.try_emplace(id);
  auto& trouble = found->second;
  if (is_new) {
    trouble.session_id = session_id;
    trouble.told.what = what;
    trouble.first = now;
  }
  trouble.told.cause = why.message();
  lacked_handles_ = lacked_handles_ || is_lack_of_handles(why);
  trouble.missing = why.code() == ErrorCode::kNotFound;
  const bool in_grace = trouble.missing && now - trouble.first < kMissingGrace;
  if (!in_grace) ++trouble.failures;
  trouble.next = now + (in_grace ? kMissingDelay : delay_after(trouble.failures));
  if (in_grace || trouble.news == trouble.told.cause) return false;
  trouble.news = trouble.told.cause;
  return true;
}

void ServingHealth::forget_session(const std::string& session_id) {
  std::erase_if(troubles_, [&](const auto& one) { return one.second.session_id == session_id; });
}

bool ServingHealth::may_try(const std::string& id) const {
  const auto found = troubles_.find(id);
  return found == troubles_.end() || found->second.next <= clock_.steady();
}

std::optional<std::chrono::steady_clock::time_point> ServingHealth::due(
    const std::string& session_id) const {
  std::optional<std::chrono::steady_clock::time_point> earliest;
  for (const auto& [id, trouble] : troubles_) {
    if (trouble.session_id != session_id) continue;
    if (!earliest || trouble.next < *earliest) earliest = trouble.next;
  }
  return earliest;
}

std::vector<DegradedDestination> ServingHealth::degraded(const std::string& session_id) const {
  std::vector<DegradedDestination> found;
  for (const auto& [id, trouble] : troubles_) {
    if (trouble.session_id != session_id) continue;
    if (trouble.missing && clock_.steady() - trouble.first < kMissingGrace) continue;
    found.push_back(trouble.told);
  }
  return found;
}

}  // namespace kato
