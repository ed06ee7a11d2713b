// What is said of the session as a whole.
#pragma once

#include "message.h"

namespace kato::gemini {

// A journal's header; it may come again.
void map_header(jsonlog::LogRecord& record, Session& session);

// "$set": a change of metadata, or of the whole list of messages.
void map_update(jsonlog::LogRecord& record, Session& session);

// The members of a header or of a document that the decoder needs.
void learn_metadata(Session& session, Value metadata);

// States the title, if it is another one than before. key: of the record that says it.
void emit_title(jsonlog::LogRecord& record, Session& session, Value title, std::string_view key);

}  // namespace kato::gemini
