// What a journal says about messages that were said before.
#pragma once

#include "message.h"

namespace kato::gemini {

// "$set":{"messages":[...]}: the client lists its history, as it is now.
void map_history(jsonlog::LogRecord& record, Session& session, Value messages);

// "$rewindTo": that message and all behind it are taken back.
void map_rewind(jsonlog::LogRecord& record, Session& session);

// "$patch": messages are changed in place. Results that were not known are stated; texts are not
// stated again: a patch shortens or re-orders what was said.
void map_patch(jsonlog::LogRecord& record, Session& session);

// The messages that a header brings with it: they are said here for the first time.
void map_messages(jsonlog::LogRecord& record, Session& session, Value messages);

}  // namespace kato::gemini
