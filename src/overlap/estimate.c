/*
 * estimate.c
 *		What the planner is told of the functions that compare lists: how many
 *		rows they give, and what they cost, by the size of the lists.
 */
#include "compat.h"

#include "access/relation.h"
#include "access/table.h"
#include "catalog/pg_class.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_type.h"
#include "fmgr.h"
#include "nodes/nodeFuncs.h"
#include "nodes/supportnodes.h"
#include "optimizer/clauses.h"
#include "optimizer/cost.h"
#include "optimizer/optimizer.h"
#include "optimizer/plancat.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

/* A list of which nothing is known, as the planner takes it of a table without statistics */
#define UNKNOWN_ACCOUNTS 1000.0

/* One account of so many of the shorter list has a match */
#define ACCOUNTS_A_MATCH 3.0

/* An account costs so many times what it costs to read a row */
#define ROWS_AN_ACCOUNT 20.0

/* Accounts and pages of a list */
typedef struct size_of_list
{
	double		accounts;
	double		pages;
} size_of_list;

/* Add the size of a relation that is stored here, or of what it consists of */
static void
add_relation(Oid relid, size_of_list *size)
{
	Relation	rel = try_relation_open(relid, AccessShareLock);

	if (rel == NULL)
		return;
	if (rel->rd_rel->relkind == RELKIND_RELATION || rel->rd_rel->relkind == RELKIND_MATVIEW)
	{
		BlockNumber pages;
		double		tuples;
		double		allvisfrac;

		estimate_rel_size(rel, NULL, &pages, &tuples, &allvisfrac);
		size->pages += pages;
		size->accounts += tuples;
	}
	else if (rel->rd_rel->relkind == RELKIND_PARTITIONED_TABLE)
	{
		ListCell   *lc;

		foreach(lc, find_inheritance_children(relid, NoLock))
			add_relation(lfirst_oid(lc), size);
	}
	else
		size->accounts += rel->rd_rel->reltuples > 0 ? rel->rd_rel->reltuples : UNKNOWN_ACCOUNTS;
	relation_close(rel, AccessShareLock);
}

/* The value of an argument as far as the planner can know it; false if it cannot, or null */
static bool
known_argument(PlannerInfo *root, FuncExpr *call, int n, Datum *value)
{
	Node	   *arg;

	if (n >= list_length(call->args))
		return false;
	arg = list_nth(call->args, n);
	if (root)
		arg = estimate_expression_value(root, arg);
	if (!IsA(arg, Const) || ((Const *) arg)->constisnull)
		return false;
	*value = ((Const *) arg)->constvalue;
	return true;
}

/* The size of the list that an argument names */
static size_of_list
size_of_argument(PlannerInfo *root, FuncExpr *call, int n)
{
	size_of_list size = {0, 0};
	Datum		relid;

	if (known_argument(root, call, n, &relid))
		add_relation(DatumGetObjectId(relid), &size);
	else
		size.accounts = UNKNOWN_ACCOUNTS;
	return size;
}

/* Whether an argument is known to be true */
static bool
is_true(PlannerInfo *root, FuncExpr *call, int n)
{
	Datum		value;

	return known_argument(root, call, n, &value) && DatumGetBool(value);
}

/* How many rows a call gives; false if that does not depend on the lists */
static bool
estimate_rows(PlannerInfo *root, FuncExpr *call, double *rows)
{
	char	   *name = get_func_name(call->funcid);
	double		ours;
	double		theirs;
	bool		is_overlap;

	if (name == NULL)
		return false;
	is_overlap = strcmp(name, "overlap") == 0;
	if (!is_overlap && strcmp(name, "overlap_evidence") != 0)
		return false;
	ours = size_of_argument(root, call, 0).accounts;
	theirs = size_of_argument(root, call, 1).accounts;
	*rows = Min(ours, theirs) / ACCOUNTS_A_MATCH;
	/* overlap(ours, theirs, one_sided, best, ...) */
	if (is_overlap && is_true(root, call, 2))
		*rows = ours + theirs - *rows;
	*rows = clamp_row_est(*rows);
	return true;
}

/* What a call costs: to read the lists, and then much more for each account */
static void
estimate_cost(SupportRequestCost *request, FuncExpr *call)
{
	request->startup = 0;
	for (int n = 0; n < 2 && n < list_length(call->args); n++)
	{
		size_of_list size;

		/* preflight has one list */
		if (exprType(list_nth(call->args, n)) != REGCLASSOID)
			continue;
		size = size_of_argument(request->root, call, n);
		request->startup += size.pages * seq_page_cost + size.accounts * cpu_tuple_cost * ROWS_AN_ACCOUNT;
	}
	request->per_tuple = 0;
}

PG_FUNCTION_INFO_V1(acm_overlap_support);

/* Planner support of overlap and its kin */
Datum
acm_overlap_support(PG_FUNCTION_ARGS)
{
	Node	   *request = (Node *) PG_GETARG_POINTER(0);

	if (IsA(request, SupportRequestRows))
	{
		SupportRequestRows *r = (SupportRequestRows *) request;

		if (r->node && IsA(r->node, FuncExpr) && estimate_rows(r->root, (FuncExpr *) r->node, &r->rows))
			PG_RETURN_POINTER(r);
	}
	else if (IsA(request, SupportRequestCost))
	{
		SupportRequestCost *r = (SupportRequestCost *) request;

		if (r->node && IsA(r->node, FuncExpr))
		{
			estimate_cost(r, (FuncExpr *) r->node);
			PG_RETURN_POINTER(r);
		}
	}
	PG_RETURN_POINTER(NULL);
}
