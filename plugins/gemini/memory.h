// What a decoder must remember of the records before: hashes and flags, no text.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

#include "plugins/jsonlog/state.h"

namespace kato::gemini {

// The last kCapacity different hashes that were added.
template <size_t kCapacity>
class RecentHashes {
 public:
  void add(uint64_t hash) {
    if (has(hash)) return;
    ring_[next_] = hash;
    next_ = (next_ + 1) % kCapacity;
    if (size_ < kCapacity) ++size_;
  }
  [[nodiscard]] bool has(uint64_t hash) const {
    for (size_t i = 0; i < size_; ++i) {
      if (ring_[i] == hash) return true;
    }
    return false;
  }

  void save(jsonlog::StateWriter& out) const {
    out.number(size_);
    out.number(next_);
    for (size_t i = 0; i < size_; ++i) {
      out.hash(ring_[i]);
    }
  }
  void restore(jsonlog::StateReader& in) {
    size_ = in.count(8);
    next_ = in.number();
    if (size_ > kCapacity || next_ >= kCapacity || (size_ < kCapacity && next_ != size_)) {
      size_ = next_ = 0;
      in.refuse();
      return;
    }
    for (size_t i = 0; i < size_; ++i) {
      ring_[i] = in.hash();
    }
  }

 private:
  std::array<uint64_t, kCapacity> ring_{};
  size_t size_ = 0;
  size_t next_ = 0;  // the oldest, once the ring is full
};

struct Memory {
  // Calls whose result was stated with the call: the client states it a second time, as a user's
  // turn, right behind.
  RecentHashes<64> results;
  // Calls by name and arguments. One that a person asked for is listed again without its id.
  RecentHashes<16> calls;
  // Texts in users' turns that were the client's although nothing in them says so (the text of a
  // slash command, a summary). A list of history repeats them without what told them apart.
  RecentHashes<32> client_texts;
  uint64_t title = 0;  // hash of the latest one; 0: none
  // The client is writing its history again, as new records.
  bool relisting = false;
  // The last reply in the latest list of history: it is the one that may still be written again.
  uint64_t relisted_reply = 0;
  bool any_message = false;
  bool subagent = false;
  bool wants_directory = false;
  std::string project_hash;

  void save(jsonlog::StateWriter& out) const;
  void restore(jsonlog::StateReader& in);
};

}  // namespace kato::gemini
