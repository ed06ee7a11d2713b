#include "journal.h"

#include "history.h"
#include "message.h"
#include "metadata.h"
#include "plugins/jsonlog/append_decoder.h"
#include "user_message.h"

namespace kato::gemini {
namespace {

// The members that tell what a line is.
struct Marks {
  Value rewind;
  Value patch;
  Value id;
  Value set;
  Value session_id;
};

Marks read_marks(Value line) {
  Marks marks;
  const auto take = [](Value& into, Value value) {
    if (!into.exists()) into = value;
  };
  for (const auto& [key, value] : line.members()) {
    if (key == "id") {
      take(marks.id, value);
    } else if (key == "sessionId") {
      take(marks.session_id, value);
    } else if (!key.starts_with('$')) {
      continue;
    } else if (key == "$set") {
      take(marks.set, value);
    } else if (key == "$rewindTo") {
      take(marks.rewind, value);
    } else if (key == "$patch") {
      take(marks.patch, value);
    }
  }
  return marks;
}

class JournalDecoder final : public jsonlog::AppendDecoder {
 public:
  explicit JournalDecoder(const kato_identity& identity) {
    session_.memory.subagent = identity.parentage == KATO_PARENT_SPAWNED;
    session_.memory.wants_directory = identity.project_directory.size == 0;
  }

 protected:
  // What the client itself looks at, and in this order, to tell lines apart.
  kato_status on_record(jsonlog::LogRecord& record) override {
    const auto root = record.root();
    const auto marks = read_marks(root);
    if (marks.rewind.is_string()) {
      map_rewind(record, session_);
    } else if (marks.patch.is_object()) {
      map_patch(record, session_);
    } else if (marks.id.is_string()) {
      take_message(record);
    } else if (marks.set.is_object()) {
      map_update(record, session_);
    } else if (marks.session_id.is_string()) {
      map_header(record, session_);
    } else {
      take_without_id(record);
    }
    return KATO_OK;
  }

  void save_more(jsonlog::StateWriter& out) const override { session_.memory.save(out); }
  void restore_more(jsonlog::StateReader& in) override { session_.memory.restore(in); }
  [[nodiscard]] uint32_t state_version() const override { return 2; }

 private:
  void take_message(jsonlog::LogRecord& record) {
    const auto fields = read_message(record.root());
    auto& memory = session_.memory;
    const auto type = fields.type.word();
    record.name_it(label(type, record.arena()), fields.id.word(), fields.timestamp.word());
    const bool reply = type == "gemini";
    const bool spoken = reply || type == "user";
    const uint64_t key = record.host().hash(record.key());
    // A reply that names its model comes from the model.
    if (reply && fields.model.is_string()) memory.relisting = false;
    if (type == "user" && memory.any_message && is_context_and_more(record.root())) {
      memory.relisting = true;
    }

    // A reply from history has parts and no model; one that came just now has text and a model.
    const bool from_history = reply && !fields.model.is_string() && fields.content.is_array();
    const bool listed = memory.relisting || from_history || key == memory.relisted_reply;
    const bool relisted = spoken && memory.any_message && listed;
    if (relisted && reply) memory.relisted_reply = key;
    map_message({record, session_, fields, {}, relisted ? Telling::kRelisted : Telling::kFresh});
    memory.any_message = true;
  }

  void take_without_id(jsonlog::LogRecord& record) {
    const auto root = record.root();
    if (is_message_type(root["type"].word()) && root["content"].exists()) {
      take_message(record);
    } else {
      take_unknown(record);
    }
  }

  static void take_unknown(jsonlog::LogRecord& record) {
    std::string_view word = record.root()["type"].word();
    for (const auto& member : record.root().members()) {
      if (!word.empty()) break;
      word = member.key;
    }
    record.name_it(label(word, record.arena()), {}, record.root()["timestamp"].word());
    record.emit_raw();
  }

  Session session_;
};

}  // namespace

std::unique_ptr<sdk::Decoder> open_journal(const kato_open_input& input) {
  const auto identity = sdk::complete(input.identity);
  auto decoder = std::make_unique<JournalDecoder>(identity);
  if (input.state != nullptr && !decoder->restore(sdk::complete(input.state))) return nullptr;
  return decoder;
}

}  // namespace kato::gemini
