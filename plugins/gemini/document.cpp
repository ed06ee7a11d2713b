#include "document.h"

#include "message.h"
#include "metadata.h"
#include "plugins/jsonlog/document_decoder.h"

namespace kato::gemini {
namespace {

class SessionDocument final : public jsonlog::DocumentDecoder {
 public:
  explicit SessionDocument(const kato_identity& identity)
      : subagent_(identity.parentage == KATO_PARENT_SPAWNED),
        wants_directory_(identity.project_directory.size == 0) {}

 protected:
  void begin() override {
    session_.memory = {};
    session_.memory.subagent = subagent_;
    session_.memory.wants_directory = wants_directory_;
  }

  [[nodiscard]] Value items(Value root) const override { return root["messages"]; }

  void on_head(jsonlog::LogRecord& record) override {
    const auto root = record.root();
    const bool session = root["sessionId"].is_string() || root["messages"].is_array();
    record.name_it(session ? "document" : "unknown-document", {}, root["startTime"].word());
    if (!session) {
      record.emit_raw();
      return;
    }
    learn_metadata(session_, root);
    record.ignore("session-header");
  }

  void on_item(jsonlog::LogRecord& record, uint64_t index) override {
    const auto root = record.root();
    const auto timestamp = root["timestamp"].word();
    auto id = root["id"].word();
    if (id.empty()) id = record.arena().join({"item/", std::to_string(index), "/", timestamp});
    record.name_it(label(root["type"].word(), record.arena()), id, timestamp);
    if (!root.is_object()) {
      record.emit_raw();
      return;
    }
    map_message({record, session_, root, {}, Telling::kFresh});
  }

  void on_tail(jsonlog::LogRecord& record) override {
    const auto root = record.root();
    record.name_it("document-end", {}, {});
    // A key that does not change when the document does.
    emit_title(record, session_, root["summary"], title_key(record, root["summary"]));
    record.ignore("session-header");
  }

  void save_memory(jsonlog::StateWriter& out) const override { session_.memory.save(out); }
  void restore_memory(jsonlog::StateReader& in) override { session_.memory.restore(in); }
  [[nodiscard]] uint32_t state_version() const override { return 2; }

 private:
  static std::string_view title_key(const jsonlog::LogRecord& record, Value title) {
    const auto hash = jsonlog::to_hex(record.host().hash(title.text()));
    return record.arena().join({"title/", hash});
  }

  Session session_;
  bool subagent_;
  bool wants_directory_;
};

}  // namespace

std::unique_ptr<sdk::Decoder> open_document(const kato_open_input& input) {
  const auto identity = sdk::complete(input.identity);
  auto decoder = std::make_unique<SessionDocument>(identity);
  if (input.state != nullptr && !decoder->fits(sdk::complete(input.state))) return nullptr;
  return decoder;
}

}  // namespace kato::gemini
