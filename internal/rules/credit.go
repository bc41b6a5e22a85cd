package rules

// maxCredit is how many free restarts a pool can save up. It is small, so that credit earned in a good hour does not
// hide a bad minute: 64 restarts at once are over in a moment.
const maxCredit = 64

// Credit lets finished inputs pay for immediate restarts. It is for plain goroutine containers, beside Restarts.
//
// A goroutine costs nothing to start, so there a backoff protects nobody: it only holds up work. A crash on 1 % of a
// million inputs must cost the price of a panic, and it does, since the 99 inputs before it have paid for the restart.
// A function that does nothing but crash earns nothing, and is left to Restarts and the Budget. The credit belongs
// to the whole pool: it is the function that is known to work, not the lineage.
//
// The zero value is a pool that has earned nothing. A Credit is not safe for concurrent use.
type Credit struct{ restarts int }

// Earn adds one immediate restart for each of n finished inputs, up to 64.
func (c *Credit) Earn(n int) {
	if n > 0 {
		c.restarts = min(c.restarts+min(n, maxCredit), maxCredit)
	}
}

// Spend takes one immediate restart, and reports whether there was one. If not, Restarts has the delay.
func (c *Credit) Spend() bool {
	if c.restarts == 0 {
		return false
	}
	c.restarts--
	return true
}
