/** The built-in text of the characters task: written for Attention Lab, about attention and learning, in plain ASCII. */
export const builtInText = `THE READING LAMP

Notes, stories and letters about learning to pay attention


1. On paying attention

You are reading this line with your eyes, but you are not reading all of it at once. A moment ago
you looked at the word "line", and if somebody asked you now what "it" meant in that sentence, you
would look back and find it. You would not search the whole book. You would go straight to the few
words that mattered and leave the others alone. That small movement, going back to what matters,
is what this book is about.

We say that we pay attention, as if it were money. It is a good way of speaking, because we only
have so much of it. If you spend all of it on one thing, nothing is left for the rest; if you
spread it over everything, each thing gets very little. A person who listens to every sound in a
busy street hears no conversation at all. A person who listens to one voice may miss the car. To
attend is to choose, and to choose is to give more here and less there.

A machine that reads can do something of the same kind. For each word it asks a question. Every
other word holds up a small card, which says what it has to offer. Where the question and the card
fit well together, the machine takes much of what that word carries; where they fit badly, it
takes little. Then it adds up what it has taken. The shares always sum to one, like the slices of
a single cake, so that taking more from one word means taking less from another.

Nobody writes the questions. Nobody writes the cards. At first they are noise, and the machine
looks everywhere and nowhere. It guesses, it is wrong, it is told by how much it was wrong, and
every number inside it moves a very short way in the direction that would have made the mistake
smaller. This happens again, and again, many thousands of times. One morning the questions have
become good questions.


2. The keeper of the small lamp

There was once a library that had been built without windows. It stood on a hill above a grey sea,
and the people who built it had been so afraid of the salt and the wind that they closed every wall
with stone. Inside it was always night. There were nine long rooms, and in the nine rooms there
were forty thousand books, and nobody could read any of them without the lamp.

The lamp belonged to Ilse, who was the keeper. It was made of brass, it was no larger than a pear,
and it gave exactly one measure of light: never more, never less. But it had a ring around its
neck, and by turning the ring Ilse could do two things. Turned to the left, the lamp threw its
light over a whole room, so thinly that you could see the shelves but not one title. Turned to the
right, it threw the same light onto one page, so brightly that you could see the fibres in the
paper, and everything else was dark.

"Why can it not do both?" asked Tomas, who was eleven years old and had come up the hill to be the
keeper's helper.

"Because there is one measure of light," said Ilse. "You may put it where you like. You may not
have more of it."

On his first day Tomas was asked to find a book about tides. He turned the ring to the right and
began at the first shelf of the first room, one title after another, with the light as narrow as a
coin. By evening he had read nine hundred titles, and his eyes hurt, and he had not found the book.

On his second day he turned the ring all the way to the left and walked through the rooms looking
at everything. By noon he had seen all forty thousand books. He could not have told you the name of
a single one.

On his third day he sat down on the floor and thought. Then he went to the keeper and said, "I do
not think the trouble is the lamp. I think the trouble is that I do not know what I am asking."

Ilse smiled for the first time. "Good," she said. "What are you asking?"

"I am asking for tides."

"And what does a book about tides look like from the outside?"

Tomas thought again. "It would be old," he said slowly, "because the harbour is old. It would be
near the maps. It would be thin, because there is not much to say, but wide, because there would be
tables in it. And somebody would have used it often, so the back would be broken."

"Then ask for that," said Ilse.

He turned the ring to the middle. The light fell over half a shelf at a time, and he did not read
the titles at all. He looked for thin, wide books with broken backs near the maps. Wherever
something fitted, he let the light gather; wherever nothing fitted, he let it slide away. In a
quarter of an hour he had the book of tides in his hands. It was blue. He had not known that it
would be blue, so he had not asked for it, and it had not mattered.

"Now I know how to find things," said Tomas.

"You know how to find one thing," said Ilse. "Tomorrow somebody will ask you for a poem."


3. What the old rope-maker said about long memory

The first machines that read a sentence read it as a rope-maker makes a rope. They began at one end
and twisted each new word into what they already had. It is a fine method. You need hardly any
room: only the rope's end is in your hands, however long the rope has become. But if someone asks
you about a thread that went in at the very beginning, you are in trouble. It is there, somewhere,
twisted together with everything that came after it, and you cannot pull it out again.

People found clever ways to help. They gave the rope-maker a pocket, and a rule for what to put in
the pocket, and another rule for when to take it out. With the pocket one could remember a name
from the beginning of a page to its end. Still, each step passed through the same pair of hands,
and the thirtieth step could not begin before the twenty-ninth was done.

Attention lays the threads side by side on a table. Every word can look at every other word, and
the first is as near as the last. Nothing has to be remembered, because nothing has been put away.
There is a price, as there always is. With ten threads there are a hundred pairs to compare, with a
hundred threads ten thousand, and with a thousand threads a million. The rope-maker needs time; the
table needs room. Whoever tells you that one of them costs nothing has not paid the bill.


4. A conversation about order

"If every word can look at every other word," said the student, "and none is nearer than another,
how does the machine know which one came first?"

"It does not," said the teacher.

"It does not know?"

"Shuffle the words of a sentence and give it to a machine that has only attention in it and no mask.
Each word will come out exactly as it did before, only in its new place. For such a machine a
sentence is not a row. It is a bag."

"But the dog bites the man is not the same as the man bites the dog."

"For you it is not. So we must tell the machine. We give every place in the row a mark of its own,
a little pattern of numbers, and we add the mark of the place to the meaning of the word. The first
word is then not only dog. It is dog-in-the-second-place."

"And it learns to use that?"

"It learns to use that if it helps. It learns to use anything that helps, which is the best thing
about it and the worst."

"Why the worst?"

The teacher took a sheet of paper and drew a long, thin rectangle. "I once had a pupil," she said,
"who always knew the answer when I asked the class a question. I was very proud of him. Then one
day I had a cold and stood on the other side of the room, and he knew nothing. It turned out that I
used to glance at the window whenever the answer was yes."


5. Instructions for a patient person

Take a small model. A very small one will do. Take a task whose answer you know, for if you do not
know the answer, you cannot see the mistake.

Before you press the button, write down what you expect. Do not say it; write it. A guess that has
been spoken changes its shape afterwards, but a guess on paper stays where you put it.

Change one thing. If you change two things and the result is better, you have learned that
something helped. If you change one thing and the result is worse, you have learned more.

Look at the numbers, then look at the examples, then look at the numbers again. Numbers tell you
that something is wrong; examples tell you what.

When it works, break it. Take away a part and see what is missing. A part that can be taken away
without any loss was not doing what you thought it did.

When it does not work, make it smaller until it does. Then make it larger again, one step at a time,
and stop at the step where it fails. You are now standing in front of the fault.

Keep the failures. Put a date on them. In a year they will be worth more to you than the successes,
because a success is only an answer, while a failure still knows the question.


6. Weather

Rain came to the village on a Monday and liked it so well that it stayed. It rained on the roofs
and on the road. It rained on the baker, who said that it was good for the flour, which was not
true, and on the farmer, who said that it was bad for the hay, which was. By Thursday the ducks had
begun to look for somewhere dry.

There was a woman in the village who kept a weather book. Each morning she wrote down four things:
where the wind came from, whether the swallows flew high or low, how her left knee felt, and what
the sky had done by evening. She had done this for thirty-one years. When people asked her whether
it would rain, she opened the book, found the days that were most like today, and read out what had
happened on them. Days that were very much like today she counted fully. Days that were only a
little like it she counted a little. She was right more often than the newspaper.

A young man from the city came to study the book. He found that the swallows did not matter at all.
He found that the wind mattered a good deal, and that it mattered more in winter. He found, to his
surprise, that the knee was the best of the four.

"You have thirty-one years of days in here," he said, "and you compare today with every one of them.
Is that not slow?"

"It is," said the woman. "But I have nothing else to do in the mornings, and I do not have to decide
beforehand which day I am going to need."


7. Six questions for the road

What has a bed but never sleeps, and a mouth but never eats? A river.

What can you give away and still keep? Your word.

What grows larger the more you take from it? A hole.

What is found once in a query, twice in a letter, and never in a word? The letter "e". Count them: a
riddle that has not been checked is only a rumour.

What do you look through, but never at? A window, a pair of glasses, and an opinion.

What goes up when the loss goes down? Confidence, and it is not always right to let it.


8. A letter

Dear Noor,

You ask me how a thing made of numbers can learn anything at all. I have thought about how to answer
without using a single formula, and I believe I can do it with a kitchen.

Imagine that you are cooking soup for somebody who will not tell you what is in the soup he wants.
He will only taste yours and say how bad it is: seven, or five, or three and a half. You have twenty
jars before you. You could try every mixture there is, but you would both be dead before you came to
the end. So you do this. You taste the soup yourself and ask, for each jar: if I had put in a very
little more of this, would it have been better or worse, and by how much? For each jar you note down
an answer. Then you change all twenty a little, each in its own better direction, cook again, and
hear him say: three and a quarter.

That is all. The size of the little change has a name, the learning rate, and it is what beginners
get wrong most often. If it is too small, he will grow old while you cook. If it is too large, you
jump over the good soup and land in a worse one on the other side, and then jump back, and the
numbers that he calls out get larger and larger until he leaves the room.

What I find wonderful is that he never told you what he wanted. There is no recipe anywhere. And yet,
if you look into the pot at the end, you may find that you have discovered salt.

Now the part I cannot explain with a kitchen. Our machines have not twenty jars but millions, and it
still works, and the soup is still good when a guest comes whom nobody cooked for. Many people have
tried to say why. Read them all, and be polite, and keep a little doubt in your pocket.

Write to me when you have built something.

With love from the harbour,
your uncle Piet


9. The orchestra of eight listeners

In a town in the mountains there was an orchestra, and in front of the orchestra sat eight listeners.
They were not the audience. It was their work to listen. Each evening they wrote down what they had
heard, and the conductor laid the eight sheets side by side, read across all of them, and knew what
to say to the players next morning.

When the listeners were hired, nobody told them what to listen for. In the first weeks all eight
wrote the same thing: that it was loud. The conductor could not use this. She paid for what she could
use, and so, without a word being said, the eight of them drifted apart. One began to follow the
drum. One wrote down who came in directly after whom. One noticed whenever a tune that had been
heard before came back, and what had followed it the first time, and soon he could tell you what
would come next. One followed only the first violin. Two, it must be said, did almost nothing, and
wrote down the beginning of the piece over and over, because they had to look somewhere.

One winter a listener fell ill, and the conductor was afraid that the music would suffer. It did not.
It was one of the two. Then the listener who followed the repeated tune went to visit her mother, and
for three days the orchestra was lost.

"How can I know beforehand," the conductor asked, "which of you I need?"

"Send us home one at a time," said the oldest, "and listen to what is missing."

She did, and made a list, and the list was a surprise to everyone. It is also true that when she sent
home two together, she could lose a great deal that neither had seemed to carry alone, for each of
them had been able to do the other's work. The oldest listener had not mentioned that. Perhaps he
had wanted to see whether she would find it.


10. Small things to notice

A word is known by its neighbours. Bank is wet beside river and dry beside money.

Can is a tin in the kitchen and a power in the sentence. We can fish. We can can fish. We can see the
can that the fish are in.

Time flies like an arrow; the flies, for their part, like a plum.

A mask is also a kind of kindness: the machine that is not shown the next word has to think of it.

Two people who agree on everything have, between them, one opinion and two votes.

Nothing is so easy to read as a sentence that was hard to write.

If you add a thing to what came before it, instead of putting it in its place, then what came before
is never lost. This is true of layers, and of friends.

An average hides the two numbers it was made from. Ask to see them.

A curve that goes down is pleasant to watch. Watch the other curve.


11. The clock with one wrong tooth

A clockmaker had two apprentices. The elder was quick and the younger was slow. One day he gave each
of them a clock that lost four minutes in a day, and said, "Mend it."

The elder moved the hands forward four minutes every morning. He was done in an instant, and his clock
was right each day at breakfast. The younger took her clock to pieces. She laid the wheels in a row on
a white cloth, in the order in which they had come out, so that every wheel lay beside the one it
turned. Then she went along the row and asked of each wheel: how much of the four minutes is yours?

She began at the hands, because that was where the mistake could be seen. The wheel behind the hands
was perfect; it only passed on what it had been given. So was the next one. But each of them told her
something, for a mistake of four minutes at the hands was a mistake of a third of a turn here, and of
four whole turns there, and in this way she carried the mistake backwards, wheel by wheel, until she
came to a small brass wheel near the spring that had sixty-one teeth, where one was bent.

She straightened it. It took her nine hours, and supper was cold.

"Both clocks are right this morning," said the clockmaker. "Which of you has mended one?"

In the summer the clockmaker sent both clocks to a house by the sea, where there was no one to move
the hands.


12. How to read a picture of attention

Draw a square. Write the sentence along the left side, from top to bottom, and again along the upper
edge, from left to right. Every row belongs to one word that asks; every column belongs to one word
that is asked. Where the row of one word meets the column of another there is a small box, and the
brighter the box, the more the one has taken from the other. Each row sums to one.

If the bright boxes lie on the line from the upper left corner to the lower right, each word is
looking at itself. If they lie just below that line, each is looking at the word before it. If there
is one bright column, everybody is looking at the same word; look at what it is, for it is often the
first word or a full stop, and then it may mean no more than that they had nothing better to do. If
the upper right half is black, the words have been forbidden to look ahead. If the bright boxes run
the other way, from the lower left to the upper right, somebody is being turned around: the first word
looks at the last and the last at the first, like dancers changing places.

Now a warning. The picture shows where the machine looked. It does not show what it took from there,
nor what it did with it afterwards. A man may stare at a painting for an hour and be thinking of his
lunch. If you want to know whether a look mattered, prevent it, and see what changes.


13. Evening at the library

Tomas was nineteen when Ilse gave him the lamp. She had grown tired of the hill, and she wanted to
live near people who sold fruit.

"There is something I have never asked you," he said. "Why did they not simply break a hole in the
wall? Then there would be daylight, and anybody could read any book, and nobody would need a lamp."

"They talked about it every year," said Ilse. "The masons came, and measured. Some said that it would
be the end of keepers. Others said that the salt would eat the books. It was all true, I suppose."

"And what do you say?"

She looked down the long room, where forty years of her life stood in the dark in alphabetical order.

"I say that in full daylight people would come and stand in the middle of nine rooms and forty
thousand books, and they would see all of it at once, and they would still have to choose. The lamp
does not make the dark, Tomas. It only makes you notice that you are choosing."

She put on her coat. At the door she turned round once more.

"Break the hole, if you like," she said. "But keep the lamp."

He did both. If you go there today, you will find a tall window in the seventh room, facing the water,
and a row of chairs in front of it; and on the table beside the chairs, polished, no larger than a
pear, you will find the lamp. The ring is turned to the middle. There is a card next to it, in a
careful hand, and the card says:

What are you asking?


14. Questions to carry home

Which of your beliefs would you give up if a number changed? Which number?

When did you last look back in a sentence to find out what a word meant, and how did you know where
to look?

If you had eight listeners, what would you want them to hear? What would they listen for if you let
them choose?

What is the smallest thing you could build tomorrow that would surprise you?


15. The ferry

Every hour a ferry crossed the narrow water between the two halves of the town. The ferryman, whose
name was Anselm, carried people, bicycles, vegetables, one piano, and messages. He could not write, so
he carried the messages in his head.

At first there was one message on each crossing, and it arrived as it had been sent. Then there were
five. Then the market moved to the other shore, and there were thirty. Anselm did his best. He turned
all thirty into one long rhyme, which he sang as he rowed, and at the far side people stood on the
landing and listened to the rhyme and took from it what they could. Whoever had given him a message
last could be sure of it, for the end of the rhyme was still fresh. Whoever had given him a message
first was often told that somebody wanted to sell something to someone, perhaps a goat.

The mayor offered to buy a bigger boat. The priest offered to teach Anselm a longer rhyme. It was the
schoolteacher's daughter who put a board on the boat, with thirty nails in it, so that each message
could hang on its own nail on its own scrap of paper. Now nothing had to be squeezed into a song. A
person who came to the landing looked along the board, passed over twenty-nine scraps that were none
of his business, and took down the one that was.

"But I liked the rhyme," said Anselm.

"Sing it anyway," said the girl.

He did, and it is still sung there on feast days, though nobody remembers any more about the goat.


16. A short history of being wrong

When I was six I believed that the moon followed our cart. When I was ten I believed that heavy
stones fell faster than light ones, because a stone fell faster than a feather and I had asked no
further. When I was twenty I believed that I would never again believe anything so foolish. I have
kept count since then, and the number stands at fourteen, not including matters of the heart.

What the fourteen have in common is this. In none of them was I lazy. I had looked, I had thought,
and I had an example, often several. What I never had was an example that could have gone the other
way. I looked at the moon from the cart and never asked my cousin, who was standing still in a field,
what the moon was doing for her.

So now, whenever I am sure, I try to find the cousin in the field. I ask: what would I see if I were
mistaken? Then I go and look there, and I try to want to find it. Most days there is nothing in the
field but grass. On the other days I cross out a line in my notebook, and write a new one under it,
and put up the number by one; and I walk home, I must confess, in an excellent mood.
`
