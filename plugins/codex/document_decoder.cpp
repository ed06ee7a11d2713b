#include "document_decoder.h"

#include "response_item.h"
#include "rollout_decoder.h"
#include "session_meta.h"

namespace kato::codex {

void DocumentDecoder::on_head(jsonlog::LogRecord& record) {
  const auto session = record.root()["session"];
  if (!session.is_object()) return;  // unknown: raw
  record.name_it("session", {}, session["timestamp"].word());
  Line line(record, state_, session_, inner_);
  line.payload = session;
  on_session_meta(line);
}

void DocumentDecoder::on_item(jsonlog::LogRecord& record, uint64_t) {
  Line line(record, state_, session_, inner_);
  line.shape = Shape::kBare;
  record.name_it(type_of(line), line.id, line.timestamp);
  on_response_item(line);
}

void DocumentDecoder::on_tail(jsonlog::LogRecord& record) {
  record.name_it("tail", {}, {});
  record.ignore("bookkeeping");
}

}  // namespace kato::codex
