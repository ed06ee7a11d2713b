#include "memory.h"

#include <algorithm>

namespace kato::claude {

void RecentHashes::add(uint64_t hash) {
  if (hashes_.size() < most_) {
    hashes_.push_back(hash);
    return;
  }
  hashes_[next_] = hash;
  next_ = (next_ + 1) % most_;
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
  out.number(hashes_.size());
  for (const uint64_t hash : hashes_) {
    out.hash(hash);
  }
}

void RecentHashes::restore(jsonlog::StateReader& in) {
  next_ = in.number();
  const size_t count = in.count(sizeof(uint64_t));
  if (count > most_ || next_ >= most_) {
    next_ = 0;
    in.refuse();
    return;
  }
  hashes_.resize(count);
  for (auto& hash : hashes_) {
    hash = in.hash();
  }
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
  for (const bool flag :
       {directory_known, conversation_begun, own_begun, old_client, copying, warmup}) {
    out.flag(flag);
  }
  out.text(head_time);
  out.number(launched);
  for (const auto* recent : {&plans, &released, &prompted}) {
    recent->save(out);
  }
  for (const uint64_t hash : repeated) {
    out.flag(hash != 0);
    if (hash != 0) out.hash(hash);
  }
}

void Memory::restore(jsonlog::StateReader& in) {
  turn_id = in.text();
  message = in.hash();
  for (bool* flag :
       {&directory_known, &conversation_begun, &own_begun, &old_client, &copying, &warmup}) {
    *flag = in.flag();
  }
  head_time = in.text();
  launched = in.number();
  for (auto* recent : {&plans, &released, &prompted}) {
    recent->restore(in);
  }
  for (auto& hash : repeated) {
    hash = in.flag() ? in.hash() : 0;
  }
}

}  // namespace kato::claude
