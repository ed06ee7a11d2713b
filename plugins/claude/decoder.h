// One Claude Code log on its way to events.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "mapping.h"
#include "plugins/jsonlog/append_decoder.h"
#include "queue.h"

namespace kato::claude {

class ClaudeDecoder : public jsonlog::AppendDecoder {
 public:
  explicit ClaudeDecoder(Session session) : session_(std::move(session)) {}

 protected:
  kato_status on_record(jsonlog::LogRecord& record) override;
  void save_more(jsonlog::StateWriter& out) const override { memory_.save(out); }
  void restore_more(jsonlog::StateReader& in) override { memory_.restore(in); }
  [[nodiscard]] uint32_t state_version() const override { return Memory::kVersion; }

 private:
  // decoder.cpp
  [[nodiscard]] Mapping mapping(jsonlog::LogRecord& record, const Envelope& line);
  void map(const Mapping& to);
  void map_line(const Mapping& to);
  void note_copying(const Envelope& line);
  void tell_facts(const Mapping& to);
  void note_turn(const Mapping& to);
  bool is_warmup(const Mapping& to);

  // queue_decoding.cpp: held prompts
  kato_status settle_queue(const Mapping& to);
  void map_queue_operation(const Mapping& to);
  void enqueue(const Mapping& to);
  void note_dequeued(const Mapping& to);
  void take_out(const Mapping& to);
  void take_back(const Mapping& to);
  kato_status drop_repeated(const Mapping& to, std::string_view text);
  void drop_said(const Mapping& to, size_t index);
  void drop_dequeued(const Mapping& to);
  [[nodiscard]] bool settles_taken_over(const Mapping& to, bool delivers) const;
  bool can_read_taken_over(const Mapping& to);
  void release_taken_over(const Mapping& to);
  bool was_released(const Mapping& to);

  Session session_;
  Memory memory_;
};

// nullptr: the saved state does not fit.
[[nodiscard]] std::unique_ptr<sdk::Decoder> open_decoder(const kato_open_input& input);

}  // namespace kato::claude
