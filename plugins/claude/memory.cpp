#include "memory.h"

#include <algorithm>

namespace kato::claude {

void RecentHashes::add(uint64_t hash) noexcept {
  hashes_[next_] = hash;
  next_ = (next_ + 1) % hashes_.size();
}

bool RecentHashes::has(uint64_t hash) const noexcept {
  return std::find(hashes_.begin(), hashes_.end(), hash) != hashes_.end();
}

bool RecentHashes::remove(uint64_t hash) noexcept {
  const auto found = std::find(hashes_.begin(), hashes_.end(), hash);
  if (found == hashes_.end()) return false;
  *found = 0;
  return true;
}

void RecentHashes::save(jsonlog::StateWriter& out) const {
  out.number(next_);
  for (size_t i = 0; i < hashes_.size(); ++i) {
    const uint64_t hash = hashes_[i];
    out.flag(hash != 0);
    if (hash != 0) out.hash(hash);
  }
}

void RecentHashes::restore(jsonlog::StateReader& in) {
  next_ = in.number();
  if (next_ >= hashes_.size()) {
    next_ = 0;
    in.refuse();
  }
  for (auto& hash : hashes_)
    hash = in.flag() ? in.hash() : 0;
}

bool Memory::changed(Repeated what, uint64_t hash) noexcept {
  auto& last = repeated[static_cast<size_t>(what)];
  if (last == hash) return false;
  last = hash;
  return true;
}

void Memory::save(jsonlog::StateWriter& out) const {
  out.text(turn_id);
  out.hash(message);
  for (const bool flag : {directory_known, conversation_begun, old_client, warmup})
    out.flag(flag);
  plans.save(out);
  released.save(out);
  for (const uint64_t hash : repeated) {
    out.flag(hash != 0);
    if (hash != 0) out.hash(hash);
  }
}

void Memory::restore(jsonlog::StateReader& in) {
  turn_id = in.text();
  message = in.hash();
  for (bool* flag : {&directory_known, &conversation_begun, &old_client, &warmup}) {
    *flag = in.flag();
  }
  plans.restore(in);
  released.restore(in);
  for (auto& hash : repeated)
    hash = in.flag() ? in.hash() : 0;
}

}  // namespace kato::claude
