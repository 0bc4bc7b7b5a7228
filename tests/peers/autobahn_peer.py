"""Autobahn for Python as subscriber and callee in one session, and publisher and caller in another. Prints as JSON what
it saw of the router. Over RawSocket, Autobahn 22.7 with asyncio does not get past WELCOME.
usage: autobahn_peer.py URL      (of WebSocket)"""
import asyncio
import json
import sys

import txaio

txaio.use_asyncio()  # required by Autobahn before it is imported

from autobahn.asyncio.wamp import ApplicationRunner, ApplicationSession
from autobahn.wamp.exception import ApplicationError
from autobahn.wamp.serializer import MsgPackSerializer
from autobahn.wamp.types import CallOptions, PublishOptions, RegisterOptions, SubscribeOptions

TOPIC = "com.example.topic"
NAME = "com.example.of_autobahn"


async def join(url):
    joined = asyncio.get_running_loop().create_future()

    class Session(ApplicationSession):
        def onJoin(self, details):
            joined.set_result(self)

    await ApplicationRunner(url, "realm1", serializers=[MsgPackSerializer()]).run(Session, start_loop=False)
    return await joined


async def error_of(request):
    try:
        await request
    except ApplicationError as refused:
        return refused.error
    return None


async def publish_and_subscribe(here, there):
    events = asyncio.Queue()

    def take(*args, details, **kwargs):
        events.put_nowait([details.topic, details.publication, details.publisher, list(args), kwargs])

    subscriptions = [await here.subscribe(take, topic, options=SubscribeOptions(match=match, details=True))
                     for topic, match in ((TOPIC, "exact"), ("com.example.to", "prefix"), ("com..topic", "wildcard"))]
    await there.publish(TOPIC, "hidden", options=PublishOptions(acknowledge=True, exclude=here._session_id))
    seen = await there.publish(TOPIC, 1, two=2, options=PublishOptions(acknowledge=True, eligible_authrole=["anonymous"]))
    came = [await events.get() for _ in subscriptions]
    for each in subscriptions[1:]:
        await each.unsubscribe()
    await here.publish(TOPIC, "own", options=PublishOptions(acknowledge=True, exclude_me=False))
    return {"same publication": [event[1] == seen.id for event in came], "events": [[event[0], *event[3:]] for event in came],
            "own": (await events.get())[3],
            "denied": await error_of(there.publish("com.example.denied", options=PublishOptions(acknowledge=True))),
            "not to subscribe": await error_of(there.subscribe(take, "com.example.denied"))}


async def call_and_yield(here, there):
    def count_down(number, details=None):
        for left in range(number, 0, -1):
            if details.progress:
                details.progress(left)
        return "done"

    await here.register(count_down, NAME, options=RegisterOptions(details=True))
    seen = []
    return {"result": await there.call(NAME, 3, options=CallOptions(on_progress=seen.append)), "progress": seen,
            "without": await there.call(NAME, 3), "count": await there.call("com.example.count", 2, options=CallOptions(on_progress=seen.append))}


async def main(url):
    here, there = await join(url), await join(url)
    print(json.dumps({**await publish_and_subscribe(here, there), **await call_and_yield(here, there)}))
    for session in (here, there):
        session.leave()
        await asyncio.sleep(0)


asyncio.run(asyncio.wait_for(main(sys.argv[1]), 30))
