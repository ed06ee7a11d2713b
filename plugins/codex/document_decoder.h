// Decodes the documents that the first Codex CLI wrote in spring 2025: one object,
// {session: {id, timestamp, instructions}, items: [...]}, of which the items are bare ones.
#pragma once

#include "line.h"
#include "plugins/jsonlog/document_decoder.h"

namespace kato::codex {

class DocumentDecoder final : public jsonlog::DocumentDecoder {
 public:
  explicit DocumentDecoder(Session session) : session_(std::move(session)) {}

 protected:
  void begin() override { state_ = RolloutState(); }
  [[nodiscard]] jsonlog::Value items(jsonlog::Value root) const override { return root["items"]; }
  void on_head(jsonlog::LogRecord& record) override;
  void on_item(jsonlog::LogRecord& record, uint64_t index) override;
  void on_tail(jsonlog::LogRecord& record) override;
  void save_memory(jsonlog::StateWriter& out) const override { state_.save(out); }
  void restore_memory(jsonlog::StateReader& in) override { state_.restore(in); }
  [[nodiscard]] uint32_t state_version() const override { return 1; }

 private:
  Session session_;
  RolloutState state_;
  jsonlog::Json inner_;
};

}  // namespace kato::codex
