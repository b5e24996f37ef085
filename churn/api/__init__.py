"""The line over HTTP: one small function per route, no logic of its own.

GET  /health           is it up, and which model answers
GET  /ready            200 once a model can score, 503 until then
POST /predict          who may leave: one customer, a flat object under the list's own column names
POST /predict/batch    the same for a list of such objects, or an uploaded file
POST /check            what is understood of an uploaded file, without scoring it
POST /explain          why one customer may leave, and the nearest changes that would lower the risk
POST /whatif           what the score would be if something changed
GET  /customers/{key}  the last score recorded of a customer
GET  /metrics          what Prometheus reads
GET  /models           the models kept, and which version of each is live
GET  /schema           the columns a model reads
GET  /docs             every route, to read and to try, offline

`?model=NAME[@VERSION]` chooses the model; without it the live one whose columns fit answers.
"""
